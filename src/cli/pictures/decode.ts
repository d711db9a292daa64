import { DataError } from '../../errors.js'
import type { Picture } from './picture.js'

/**
 * A picture in any format that the optional package sharp knows: PNG, JPEG, WebP, GIF, TIFF, SVG, ... It is turned as its camera says, and
 * what is transparent becomes white.
 * @throws DataError if sharp is not installed, or cannot read the file
 */
export async function decodePicture(bytes: Uint8Array, name: string): Promise<Picture> {
  const sharp = await loadSharp(name)
  try {
    const { data, info } = await sharp(bytes)
      .rotate()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    const { width, height, channels } = info
    return { name, width, height, channels: channels === 1 ? 1 : 3, data: new Uint8Array(data) }
  } catch (error) {
    throw new DataError(`${name}: is no picture that can be read (${(error as Error).message}).`, {
      cause: error,
    })
  }
}

async function loadSharp(name: string) {
  try {
    return (await import('sharp')).default
  } catch (cause) {
    throw new DataError(
      `${name}: pictures other than PNM (.pbm, .pgm, .ppm) and IDX are read by the package sharp, which is not here (npm install sharp): ` +
        (cause as Error).message.split('\n')[0],
      { cause },
    )
  }
}
