import { ShapeError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { type Pixels, pixelsFrom, rangeOf } from './pixels.js'

/**
 * The first of some pictures. Bytes, and numbers from 0 to 1, are taken for what they are; other numbers from the least (black) to the greatest (white).
 * @param images `[n, height, width]`, or `[n, height, width, channels]` with 1 or 3 channels
 * @throws ShapeError for other shapes
 */
export async function imagesOf(images: TensorLike, count: number, what: string): Promise<Pixels[]> {
  const tensor = asTensor(images)
  const [n, height, width, channels = 1] = tensor.shape
  const isPictures = tensor.shape.length === 3 || (tensor.shape.length === 4 && [1, 3].includes(channels))
  if (!isPictures || n === 0) {
    throw new ShapeError(
      `${what}: expected pictures [n, height, width, channels] with 1 or 3 channels, received ${showShape(tensor.shape)}.`,
    )
  }
  const size = height * width * channels
  const data = (await tensor.data()).subarray(0, count * size)
  const [least, greatest] = tensor.dtype === 'uint8' ? [0, 255] : scaleOf(data)
  return Array.from({ length: Math.min(n, count) }, (_, i) =>
    pixelsFrom(width, height, channels === 3 ? 3 : 1, (x, y, channel) => {
      const value = data[i * size + (y * width + x) * channels + channel]
      return greatest > least ? (255 * (value - least)) / (greatest - least) : 128
    }),
  )
}

function scaleOf(data: ArrayLike<number>): readonly [number, number] {
  const [least, greatest] = rangeOf(data)
  if (least >= 0 && greatest <= 1) return [0, 1]
  return least >= 0 && greatest > 1 && greatest <= 255 ? [0, 255] : [least, greatest]
}
