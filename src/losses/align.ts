import type { Shape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { reshape } from '../ops/reshape.js'

/**
 * The two shapes with equal rank where they differ by one last axis of size 1: it is added to a vector and removed from
 * anything of higher rank, as Keras does.
 */
export function alignedShapes(a: Shape, b: Shape): readonly [Shape, Shape] {
  if (a.length === b.length + 1 && a.at(-1) === 1) {
    return b.length === 1 ? [a, [...b, 1]] : [a.slice(0, -1), b]
  }
  if (b.length === a.length + 1 && b.at(-1) === 1) {
    return a.length === 1 ? [[...a, 1], b] : [a, b.slice(0, -1)]
  }
  return [a, b]
}

/** Two tensors brought to one rank as `alignedShapes` says. */
export function align(a: Tensor, b: Tensor): readonly [Tensor, Tensor] {
  const [shapeA, shapeB] = alignedShapes(a.shape, b.shape)
  return [reshape(a, shapeA), reshape(b, shapeB)]
}
