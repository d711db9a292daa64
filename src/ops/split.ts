import { ArgumentError, ShapeError } from '../errors.js'
import { resolveAxis } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { sliceAxis } from './slice.js'
import { asTensor, type TensorLike } from './tensor.js'

/**
 * A tensor cut along an axis (default: the first): into a number of equal parts, or parts of given sizes.
 * @throws ShapeError if the parts do not make up the axis; ArgumentError for what is no number of parts
 */
export function split(x: TensorLike, parts: number | readonly number[], axis = 0): Tensor[] {
  if (typeof parts === 'number' && !(Number.isInteger(parts) && parts >= 1)) {
    throw new ArgumentError(`split: expected 1 part or more, or a list of sizes, received ${parts}.`)
  }
  const value = asTensor(x)
  const length = value.shape[resolveAxis(axis, value.rank, 'split')]
  const sizes = typeof parts === 'number' ? new Array<number>(parts).fill(length / parts) : parts
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (total !== length || sizes.some((size) => !Number.isInteger(size) || size < 0)) {
    throw new ShapeError(
      `split: an axis of ${length} cannot be cut into ${typeof parts === 'number' ? `${parts} equal parts` : `[${parts.join(', ')}]`}.`,
    )
  }
  let end = 0
  return sizes.map((size) => {
    end += size
    return sliceAxis(value, axis, end - size, end)
  })
}
