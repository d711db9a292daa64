import type { Tensor } from '../graph/tensor.js'
import { multiply } from '../ops/multiply.js'
import { sigmoid } from '../ops/sigmoid.js'
import type { TensorLike } from '../ops/tensor.js'
import { floatTensor } from './floatTensor.js'

/** `x / (1 + e^-x)`, elementwise: swish with a scale of 1. */
export function silu(x: TensorLike): Tensor {
  const value = floatTensor(x)
  return multiply(value, sigmoid(value))
}
