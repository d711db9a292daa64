import type { Tensor } from '../graph/tensor.js'
import { maximum } from './maximum.js'
import { minimum } from './minimum.js'
import type { TensorLike } from './tensor.js'

/** `min(max(x, low), high)`, elementwise. The gradient is 0 outside the limits, and passes at them. */
export function clip(x: TensorLike, low: TensorLike, high: TensorLike): Tensor {
  return minimum(maximum(x, low), high)
}
