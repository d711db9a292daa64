import type { Tensor } from '../graph/tensor.js'
import { cast } from './cast.js'
import { divide } from './divide.js'
import { equal } from './equal.js'
import { multiply } from './multiply.js'
import { defineReduction, type ReductionGradient } from './reduction.js'
import { sum } from './sum.js'

/**
 * The largest element along axes. Where several are the largest, the gradient is shared evenly among them. What NaN does
 * is not specified. Booleans are compared as `int32`.
 */
export const max = defineReduction({
  name: 'max',
  combine: 'max',
  operand: (dtype) => (dtype === 'bool' ? 'int32' : dtype),
  allowsEmpty: false,
  gradient: (context) => sharedAmongEqual(context),
  reference: (values) => values.reduce((a, b) => Math.max(a, b)),
})

/** The gradient of an extreme element, split evenly among the elements that are equal to it. */
export function sharedAmongEqual({ x, y, axes, dy }: ReductionGradient): Tensor {
  const chosen = cast(equal(x, y), 'float32')
  return multiply(chosen, divide(dy, sum(chosen, { axis: axes, keepDims: true })))
}
