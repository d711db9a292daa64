import type { Tensor } from '../graph/tensor.js'
import { subtract } from '../ops/subtract.js'
import { tanh } from '../ops/tanh.js'
import type { TensorLike } from '../ops/tensor.js'
import { floatTensor } from './floatTensor.js'

/** `x - tanh(x)`, elementwise. */
export function tanhShrink(x: TensorLike): Tensor {
  const value = floatTensor(x)
  return subtract(value, tanh(value))
}
