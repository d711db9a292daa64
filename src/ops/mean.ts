import { sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { cast } from './cast.js'
import { multiply } from './multiply.js'
import { checkReduction, type ReductionOptions, resolveAxes } from './reduction.js'
import { sum } from './sum.js'
import { asTensor, type TensorLike } from './tensor.js'

/** Arithmetic mean of the elements along axes, in `float32`; NaN for none. */
export function mean(x: TensorLike, options: ReductionOptions = {}): Tensor {
  checkReduction(options, 'mean')
  const value = cast(asTensor(x), 'float32')
  const count = sizeOf(resolveAxes(options.axis, value.rank, 'mean').map((axis) => value.shape[axis]))
  return multiply(sum(value, options), 1 / count)
}
