import type { Tensor } from '../graph/tensor.js'
import { multiply } from '../ops/multiply.js'
import { square } from '../ops/square.js'
import { sum } from '../ops/sum.js'
import type { Config } from '../utils/config.js'
import { atLeast } from '../utils/numbers.js'
import { Regularizer } from './regularizer.js'

/** `l2 * sum(x^2)`, without a half (Keras's `L2`): keeps weights small. Default factor: 0.01. */
export class L2 extends Regularizer {
  static readonly className = 'L2'
  static override readonly positional = ['l2']

  constructor(readonly l2 = 0.01) {
    super()
    atLeast(l2, 0, 'L2: l2')
  }

  override call(x: Tensor): Tensor {
    return multiply(sum(square(x)), this.l2)
  }

  override getConfig(): Config {
    return { l2: this.l2 }
  }
}

/** The sum of squares: see `L2`. @example layers.dense(30, { kernelRegularizer: regularizers.l2(0.01) }) */
export const l2 = (factor?: number): L2 => new L2(factor)
