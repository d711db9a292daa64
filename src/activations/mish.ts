import type { Tensor } from '../graph/tensor.js'
import { multiply } from '../ops/multiply.js'
import { softplus } from '../ops/softplus.js'
import { tanh } from '../ops/tanh.js'
import type { TensorLike } from '../ops/tensor.js'
import { floatTensor } from './floatTensor.js'

/** `x tanh(ln(1 + e^x))`, elementwise. Source: Misra, Mish: a self regularized non-monotonic activation, 2019. */
export function mish(x: TensorLike): Tensor {
  const value = floatTensor(x)
  return multiply(value, tanh(softplus(value)))
}
