import type { Tensor } from '../graph/tensor.js'
import { cast } from './cast.js'
import { notEqual } from './notEqual.js'
import { checkReduction, type ReductionOptions } from './reduction.js'
import { sum } from './sum.js'
import type { TensorLike } from './tensor.js'

/** Whether any element along the axes is true (not 0), as `bool`; false for none. */
export function any(x: TensorLike, options: ReductionOptions = {}): Tensor {
  checkReduction(options, 'any')
  return notEqual(sum(cast(x, 'bool'), options), 0)
}
