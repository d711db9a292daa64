import { ShapeError } from '../errors.js'
import { resolveAxis, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { broadcastTo } from './broadcastTo.js'
import { reshape } from './reshape.js'
import { asTensor, type TensorLike } from './tensor.js'

/**
 * The whole tensor repeated `repeats[a]` times along each axis: `[1, 2]` by 2 is `[1, 2, 1, 2]`.
 * @throws ShapeError if `repeats` does not name one number for each axis
 */
export function tile(x: TensorLike, repeats: readonly number[]): Tensor {
  const value = asTensor(x)
  if (repeats.length !== value.rank) {
    throw new ShapeError(
      `tile: expected ${value.rank} numbers for ${showShape(value.shape)}, received [${repeats.join(', ')}].`,
    )
  }
  const split = reshape(
    value,
    value.shape.flatMap((size) => [1, size]),
  )
  const stretched = broadcastTo(
    split,
    value.shape.flatMap((size, axis) => [repeats[axis], size]),
  )
  return reshape(
    stretched,
    value.shape.map((size, axis) => size * repeats[axis]),
  )
}

/** Each element repeated `count` times in place along an axis: `[1, 2]` by 2 is `[1, 1, 2, 2]`. */
export function repeat(x: TensorLike, count: number, axis: number): Tensor {
  const value = asTensor(x)
  const at = resolveAxis(axis, value.rank, 'repeat')
  const split = reshape(value, value.shape.toSpliced(at + 1, 0, 1))
  const stretched = broadcastTo(split, value.shape.toSpliced(at + 1, 0, count))
  return reshape(stretched, value.shape.toSpliced(at, 1, value.shape[at] * count))
}
