import { ShapeError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { max } from '../ops/max.js'
import { reshape } from '../ops/reshape.js'
import type { TensorLike } from '../ops/tensor.js'
import { floatTensor } from './floatTensor.js'

/**
 * The largest of each `pieces` neighbours along the last axis, whose size is divided by `pieces`: with a linear layer in
 * front, units that are the maximum of several linear functions. Keras has no name for it.
 *
 * Source: Goodfellow et al., Maxout networks, 2013.
 *
 * @throws ShapeError if the last axis does not divide by `pieces`
 * @example [layers.dense(2 * 30), layers.lambda((x) => activations.maxout(x, 2), { couplesSamples: false })]
 */
export function maxout(x: TensorLike, pieces: number): Tensor {
  const value = floatTensor(x)
  const size = value.shape[value.rank - 1]
  checkPieces(size, pieces, showShape(value.shape))
  return max(reshape(value, [...value.shape.slice(0, -1), size / pieces, pieces]), { axis: -1 })
}

/** @throws ShapeError unless a last axis of this size divides by the number of pieces */
export function checkPieces(size: number, pieces: number, shape: string): void {
  if (Number.isInteger(pieces) && pieces >= 1 && size % pieces === 0) return
  throw new ShapeError(
    `maxout: expected a last axis that divides by ${pieces} pieces, received shape ${shape}.`,
  )
}
