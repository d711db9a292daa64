import type { Tensor } from '../graph/tensor.js'
import { abs } from '../ops/abs.js'
import { multiply } from '../ops/multiply.js'
import { sum } from '../ops/sum.js'
import type { Config } from '../utils/config.js'
import { atLeast } from '../utils/numbers.js'
import { Regularizer } from './regularizer.js'

/** `l1 * sum(|x|)` (Keras's `L1`): drives weights to exactly 0. Default factor: 0.01. */
export class L1 extends Regularizer {
  static readonly className = 'L1'
  static override readonly positional = ['l1']

  constructor(readonly l1 = 0.01) {
    super()
    atLeast(l1, 0, 'L1: l1')
  }

  override call(x: Tensor): Tensor {
    return multiply(sum(abs(x)), this.l1)
  }

  override getConfig(): Config {
    return { l1: this.l1 }
  }
}

/** The sum of absolute values: see `L1`. @example layers.dense(30, { kernelRegularizer: regularizers.l1(0.001) }) */
export const l1 = (factor?: number): L1 => new L1(factor)
