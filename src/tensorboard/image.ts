import { ArgumentError } from '../errors.js'
import type { TypedArray } from '../graph/dtype.js'
import { type Shape, showShape } from '../graph/shape.js'
import { encodePng, type Picture } from './png.js'
import { type SummaryValue, utf8 } from './summaryValue.js'

/** Pictures of one size, for the page of images: its tensor holds width, height and the PNG files. */
export async function imageSummary(
  tag: string,
  pictures: readonly Picture[],
  description?: string,
): Promise<SummaryValue> {
  const [{ width, height }] = pictures
  const elements = [utf8(`${width}`), utf8(`${height}`), ...(await Promise.all(pictures.map(encodePng)))]
  return {
    ...{ tag, description, plugin: 'images' },
    tensor: { dtype: 'string', shape: [elements.length], elements },
  }
}

/**
 * The first pictures of an array `[pictures, height, width, channels]`: bytes as they are, other numbers from 0 (dark) to 1 (bright),
 * clipped.
 * @throws ArgumentError for another shape, or none at all
 */
export function picturesOf(
  { shape, data }: { readonly shape: Shape; readonly data: TypedArray },
  most: number,
  title: string,
): Picture[] {
  const [count = 0, height = 0, width = 0, channels = 0] = shape
  if (shape.length !== 4 || count * height * width === 0 || !isChannels(channels)) {
    throw new ArgumentError(
      `${title}: expected pictures of shape [pictures, height, width, channels] with 1 to 4 channels, received ${showShape(shape)}.`,
    )
  }
  const bytes = data instanceof Uint8Array ? data : Uint8Array.from(data, byteOf)
  const size = height * width * channels
  return Array.from({ length: Math.min(count, most) }, (_, i) => ({
    ...{ width, height, channels },
    pixels: bytes.subarray(i * size, (i + 1) * size),
  }))
}

const isChannels = (number: number): number is 1 | 2 | 3 | 4 =>
  Number.isInteger(number) && number >= 1 && number <= 4

/** As TensorFlow turns brightness into bytes: each byte stands for an equal part of 0 to 1. */
const byteOf = (brightness: number): number => Math.min(255, Math.max(0, Math.floor(brightness * 255.5))) || 0
