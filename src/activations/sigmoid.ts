import type { Tensor } from '../graph/tensor.js'
import { sigmoid as sigmoidOp } from '../ops/sigmoid.js'
import { rememberLogits } from './logits.js'

/**
 * `1 / (1 + e^-x)`, elementwise: a probability. A binary cross-entropy behind it computes from `x` directly.
 */
export const sigmoid = (x: Tensor): Tensor => rememberLogits(sigmoidOp(x), 'sigmoid', x)
