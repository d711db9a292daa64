/** A drawing as the bytes of a PNG file. */
export async function rasterize(svg: string, scale: number): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof process === 'undefined' || process.versions?.node === undefined) {
    const { rasterizeInPage } = await import('./rasterizeInPage.js')
    return rasterizeInPage(svg, scale)
  }
  // Out of bundlers' sight: a page draws by itself.
  const nodeFile = './rasterize.node.js'
  const { rasterizeInNode } = (await import(
    /* webpackIgnore: true */ /* @vite-ignore */ nodeFile
  )) as typeof import('./rasterize.node.js')
  return rasterizeInNode(svg, scale)
}
