import { ShapeError } from '../errors.js'
import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import { checkShape, type Shape, sameShape, showShape, sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { asTensor, type TensorLike } from './tensor.js'

/**
 * The same elements in the same row-major order with other axes. One size may be -1: it is what remains.
 * @throws ShapeError if the number of elements differs
 */
export function reshape(x: TensorLike, shape: Shape): Tensor {
  const value = asTensor(x)
  if (!Array.isArray(shape)) checkShape(shape, 'reshape')
  const resolved = resolveShape(shape, value.shape)
  return sameShape(resolved, value.shape) ? value : applyOne(reshapeOp, [value], { shape: resolved })
}

/** The same value as a node of its own, so that it can be told from other uses of `x`. Costs nothing. */
export const alias = (x: Tensor): Tensor => applyOne(reshapeOp, [x], { shape: x.shape })

function resolveShape(shape: Shape, from: Shape): Shape {
  const unknown = shape.flatMap((size, axis) => (size === -1 ? [axis] : []))
  const known = sizeOf(shape.filter((size) => size !== -1))
  const remaining = known === 0 ? 0 : sizeOf(from) / known
  if (
    unknown.length > 1 ||
    !Number.isInteger(remaining) ||
    (unknown.length === 0 && known !== sizeOf(from))
  ) {
    throw new ShapeError(
      `reshape: ${sizeOf(from)} elements of shape ${showShape(from)} do not fit shape ${showShape(shape)}. ` +
        'The product of sizes must be the same; at most one size may be -1.',
    )
  }
  return shape.map((size) => (size === -1 ? remaining : size))
}

const reshapeOp = defineOp<{ readonly shape: Shape }>({
  name: 'reshape',
  kind: { kind: 'movement', movement: () => ({ type: 'reshape' }) },
  infer: ([x], { shape }) => [{ shape, dtype: x.dtype }],
  gradient: ({ inputs: [x], gradients: [dy] }) => [dy && reshape(dy, x.shape)],
  reference: ([x], { shape }) => [{ shape, data: x.data }],
})
