import type { Tensor } from '../../graph/tensor.js'
import { slice } from '../../ops/slice.js'

/** The middle of images `[batch, height, width, channels]`, as large as goes, in the proportions of another size. */
export function cropToRatio(images: Tensor, height: number, width: number): Tensor {
  const [batch, fromHeight, fromWidth, channels] = images.shape
  const fitting = (size: number, other: number, to: number, otherTo: number) =>
    Math.max(1, Math.min(size, Math.floor((other * to) / otherTo)))
  const cutHeight = fitting(fromHeight, fromWidth, height, width)
  const cutWidth = fitting(fromWidth, fromHeight, width, height)
  const begin = [fromHeight - cutHeight, fromWidth - cutWidth].map((rest) => Math.floor(rest / 2))
  return slice(images, [0, ...begin, 0], [batch, cutHeight, cutWidth, channels])
}
