import type Sharp from 'sharp'
import { DataError, StateError } from '../errors.js'
import { textAt } from './svg.js'

/** Sharp's unit: pixels an inch of a drawing that is as large as it says. */
const density = 72
/** The rasterizer's limit on each side. */
const largest = 32_767

/** @throws StateError if the optional package, or any font, is missing */
export async function rasterizeInNode(svg: string, scale: number): Promise<Uint8Array<ArrayBuffer>> {
  const sharp = await loadSharp()
  if (svg.includes('<text')) await requireFonts(sharp)
  const sizes = /^<svg[^>]*? width="([\d.]+)" height="([\d.]+)"/.exec(svg)
  const size = scale * Math.max(Number(sizes?.[1]), Number(sizes?.[2]))
  if (size > largest) {
    throw new DataError(
      `toPNG: ${Math.round(size)} pixels on a side are more than the ${largest} that a PNG is drawn with. Take a smaller scale, or save as .svg.`,
    )
  }
  const png = await sharp(Buffer.from(svg), { density: density * scale, limitInputPixels: false })
    .png({ compressionLevel: 9, palette: true, dither: 0 })
    .toBuffer()
  return Uint8Array.from(png)
}

async function loadSharp(): Promise<typeof Sharp> {
  try {
    return (await import('sharp')).default
  } catch (error) {
    throw new StateError(
      'toPNG: the optional package sharp, which draws PNG files, is not installed. Install it (npm install sharp), or save as .svg or .html.',
      { cause: error },
    )
  }
}

let fontsAreThere: Promise<boolean> | undefined

/** On a machine without fonts (a small container) letters would be missing, or boxes in their place, and nothing would say so. */
async function requireFonts(sharp: typeof Sharp): Promise<void> {
  fontsAreThere ??= rendersLetters(sharp)
  if (await fontsAreThere) return
  throw new StateError(
    'toPNG: no fonts were found on this machine, so a PNG would have no text. Install some (Debian: apt install fonts-dejavu-core), or save as .svg or .html.',
  )
}

/** Whether two letters leave traces that differ: boxes would be alike. */
async function rendersLetters(sharp: typeof Sharp): Promise<boolean> {
  const traces = await Promise.all(
    ['i', 'W'].map((letter) => {
      const text = textAt(4, 24, letter, { size: 20, colour: '#000' })
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" font-family="sans-serif">${text}</svg>`
      return sharp(Buffer.from(svg)).raw().toBuffer()
    }),
  )
  return traces.every((trace) => trace.some((byte) => byte !== 0)) && !traces[0].equals(traces[1])
}
