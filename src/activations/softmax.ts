import { resolveAxis } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { type SoftmaxOptions, softmax as softmaxOp } from '../ops/softmax.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { rememberLogits } from './logits.js'

/**
 * `e^(x_i) / sum over j of e^(x_j)` along an axis, by default the last: probabilities of exclusive classes. A
 * cross-entropy loss behind it computes from `x` directly.
 */
export function softmax(x: TensorLike, options: SoftmaxOptions = {}): Tensor {
  const logits = asTensor(x)
  const probabilities = softmaxOp(logits, options)
  const { axis = -1 } = options
  const isLast = typeof axis === 'number' && resolveAxis(axis, logits.rank, 'softmax') === logits.rank - 1
  return isLast ? rememberLogits(probabilities, 'softmax', logits) : probabilities
}
