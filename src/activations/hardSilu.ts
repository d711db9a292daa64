import type { Tensor } from '../graph/tensor.js'
import { multiply } from '../ops/multiply.js'
import type { TensorLike } from '../ops/tensor.js'
import { floatTensor } from './floatTensor.js'
import { hardSigmoid } from './hardSigmoid.js'

/**
 * `x * hardSigmoid(x)`, elementwise (also known as hard swish).
 * Source: Howard et al., Searching for MobileNetV3, 2019.
 */
export function hardSilu(x: TensorLike): Tensor {
  const value = floatTensor(x)
  return multiply(value, hardSigmoid(value))
}
