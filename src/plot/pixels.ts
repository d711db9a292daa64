import { encodePng, type Picture as Pixels } from '../tensorboard/png.js'
import { boundsOf } from '../utils/bounds.js'

export type { Pixels }

/** A picture whose pixels are given one by one, each a colour or a grey. */
export function pixelsFrom(
  width: number,
  height: number,
  channels: 1 | 3,
  brightness: (x: number, y: number, channel: number) => number,
): Pixels {
  const pixels = new Uint8Array(width * height * channels)
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        pixels[i++] = Math.max(0, Math.min(255, Math.round(brightness(x, y, channel))))
      }
    }
  }
  return { width, height, channels, pixels }
}

/** Each pixel as a square of so many: what programs draw of a small picture would else be blurred. */
export const enlarged = ({ width, height, channels, pixels }: Pixels, factor: number): Pixels =>
  pixelsFrom(width * factor, height * factor, channels === 1 ? 1 : 3, (x, y, channel) => {
    const place = Math.floor(y / factor) * width + Math.floor(x / factor)
    return pixels[place * channels + channel]
  })

/** A picture as what an `image` of a drawing refers to, and needs no other file. */
export async function dataUrl(pixels: Pixels): Promise<string> {
  let binary = ''
  for (const byte of await encodePng(pixels)) binary += String.fromCharCode(byte)
  return `data:image/png;base64,${btoa(binary)}`
}

/** The least and the greatest of some numbers that are finite; 0 and 1 if none is. */
export function rangeOf(values: ArrayLike<number>): [least: number, greatest: number] {
  const { least, greatest } = boundsOf(values)
  return least <= greatest ? [least, greatest] : [0, 1]
}
