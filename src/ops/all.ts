import type { Tensor } from '../graph/tensor.js'
import { any } from './any.js'
import { logicalNot } from './logicalNot.js'
import { checkReduction, type ReductionOptions } from './reduction.js'
import type { TensorLike } from './tensor.js'

/** Whether all elements along the axes are true (not 0), as `bool`; true for none. */
export function all(x: TensorLike, options: ReductionOptions = {}): Tensor {
  checkReduction(options, 'all')
  return logicalNot(any(logicalNot(x), options))
}
