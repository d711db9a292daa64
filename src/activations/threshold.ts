import type { Tensor } from '../graph/tensor.js'
import { greater } from '../ops/greater.js'
import type { TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { floatTensor } from './floatTensor.js'

/** `x` where `x > bound`, else `defaultValue`, elementwise. It has no name for `activation`, since it needs both numbers. */
export function threshold(x: TensorLike, bound: number, defaultValue: number): Tensor {
  const value = floatTensor(x)
  return where(greater(value, bound), value, defaultValue)
}
