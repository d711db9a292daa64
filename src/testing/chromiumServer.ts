import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const built = fileURLToPath(new URL('../', import.meta.url))

export interface BuiltServer {
  readonly origin: string
  close(): Promise<void>
}

/** Packages that built files import by name, which a page without a bundler finds by a map. */
const packages = {
  fflate: new URL(import.meta.resolve('fflate/browser')),
  pbf: new URL(import.meta.resolve('pbf')),
}

const importMap = JSON.stringify({
  imports: Object.fromEntries(Object.keys(packages).map((name) => [name, `/packages/${name}.js`])),
})

/** The folder of the HDF5 library, which a worker imports. Maps do not hold in workers: its name is replaced where it is imported. */
const hdf5Folder = new URL('.', import.meta.resolve('h5wasm'))
const hdf5Entry = '/packages/h5wasm/hdf5_hl.js'

/** By which a content-security policy allows the page's map. */
export const importMapHash = `'sha256-${createHash('sha256').update(importMap).digest('base64')}'`

/**
 * Serves the built files on a port of this machine, and a page without content at `/`.
 * @param headers sent with every answer
 */
export async function serveBuilt(headers: Readonly<Record<string, string>>): Promise<BuiltServer> {
  const html = `<!doctype html><title>Gradus</title><script type="importmap">${importMap}</script>`
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const page = pathname === '/'
    try {
      const body = page ? html : await readBuilt(pathname)
      response
        .writeHead(200, { ...headers, 'Content-Type': page ? 'text/html' : 'text/javascript' })
        .end(body)
    } catch {
      response.writeHead(404, headers).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A built script, or a package; nothing outside their folder. */
async function readBuilt(pathname: string): Promise<Buffer> {
  for (const [name, url] of Object.entries(packages)) {
    if (pathname === `/packages/${name}.js`) return readFile(url)
  }
  const [, file] = /^\/packages\/h5wasm\/(hdf5_\w+\.js)$/.exec(pathname) ?? []
  if (file) return readFile(new URL(file, hdf5Folder))
  const path = join(built, pathname)
  if (!path.startsWith(built.endsWith(sep) ? built : built + sep) || !path.endsWith('.js')) {
    throw new RangeError(`not a built script: ${pathname}`)
  }
  const script = await readFile(path, 'utf8')
  return Buffer.from(script.replace("from 'h5wasm'", `from '${hdf5Entry}'`))
}
