import type { Tensor } from '../graph/tensor.js'
import { sigmoid as sigmoidOp } from '../ops/sigmoid.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { rememberLogits } from './logits.js'

/**
 * `1 / (1 + e^-x)`, elementwise: a probability. A binary cross-entropy behind it computes from `x` directly.
 */
export function sigmoid(x: TensorLike): Tensor {
  const logits = asTensor(x)
  return rememberLogits(sigmoidOp(logits), 'sigmoid', logits)
}
