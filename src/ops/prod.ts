import { sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { cumulativeProduct } from './cumulativeProduct.js'
import { multiply } from './multiply.js'
import { accumulatorDtype, defineReduction, type ReductionGradient } from './reduction.js'
import { reshape } from './reshape.js'
import { transpose } from './transpose.js'

/** Product of the elements along axes; 1 for none. Booleans and `uint8` are multiplied as `int32`. */
export const prod = defineReduction({
  name: 'prod',
  combine: 'product',
  operand: accumulatorDtype,
  allowsEmpty: true,
  gradient: (context) => multiply(context.dy, productOfOthers(context)),
  reference: (values) => values.reduce((total, value) => total * value, 1),
})

/** For each element the product of all others, without division, so that zeros do no harm. */
function productOfOthers({ x, axes }: ReductionGradient): Tensor {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const permutation = [...kept, ...axes]
  const moved = transpose(x, permutation)
  const rows = reshape(moved, [
    sizeOf(kept.map((axis) => x.shape[axis])),
    sizeOf(axes.map((axis) => x.shape[axis])),
  ])
  const before = cumulativeProduct(rows, { axis: 1, exclusive: true })
  const after = cumulativeProduct(rows, { axis: 1, exclusive: true, reverse: true })
  const back = x.shape.map((_, axis) => permutation.indexOf(axis))
  return transpose(reshape(multiply(before, after), moved.shape), back)
}
