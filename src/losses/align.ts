import { ShapeError } from '../errors.js'
import { type Shape, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { reshape } from '../ops/reshape.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'

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
export function align(a: TensorLike, b: TensorLike): readonly [Tensor, Tensor] {
  const [x, y] = [asTensor(a), asTensor(b)]
  const [shapeX, shapeY] = alignedShapes(x.shape, y.shape)
  return [reshape(x, shapeX), reshape(y, shapeY)]
}

/**
 * Weights brought to the rank of the values that they multiply. Their axes are the first axes of the values: `[batch]`
 * weights samples, `[batch, time]` the steps of each; a size of 1 stretches, and rank 0 weights all alike.
 * @throws ShapeError if they do not fit
 */
export function alignWeights(what: string, weights: Tensor, values: Shape): Tensor {
  const hasExtraAxis = weights.rank === values.length + 1 && weights.shape.at(-1) === 1
  const given = hasExtraAxis ? weights.shape.slice(0, -1) : weights.shape
  const fits =
    given.length <= values.length && given.every((size, axis) => size === 1 || size === values[axis])
  if (!fits) {
    throw new ShapeError(
      `${what}: weights of shape ${showShape(weights.shape)} do not fit values of shape ${showShape(values)}. Their axes ` +
        'are the first axes of the values, of the same sizes or 1: [batch] gives each sample a weight.',
    )
  }
  return reshape(weights, [...given, ...values.slice(given.length).map(() => 1)])
}
