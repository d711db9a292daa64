import type { Tensor } from '../graph/tensor.js'
import { softmax as softmaxOp } from '../ops/softmax.js'
import { rememberLogits } from './logits.js'

/**
 * `e^(x_i) / sum over j of e^(x_j)` along the last axis: probabilities of exclusive classes. A cross-entropy loss behind
 * it computes from `x` directly.
 */
export const softmax = (x: Tensor): Tensor => rememberLogits(softmaxOp(x), 'softmax', x)
