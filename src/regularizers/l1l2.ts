import type { Tensor } from '../graph/tensor.js'
import { abs } from '../ops/abs.js'
import { add } from '../ops/add.js'
import { multiply } from '../ops/multiply.js'
import { square } from '../ops/square.js'
import { sum } from '../ops/sum.js'
import type { Config } from '../utils/config.js'
import { atLeast } from '../utils/numbers.js'
import { Regularizer } from './regularizer.js'

/** `l1 * sum(|x|) + l2 * sum(x^2)` (Keras's `L1L2`). Default factors: 0. */
export class L1L2 extends Regularizer {
  static readonly className = 'L1L2'
  static override readonly positional = ['l1', 'l2']

  constructor(
    readonly l1 = 0,
    readonly l2 = 0,
  ) {
    super()
    atLeast(l1, 0, 'L1L2: l1')
    atLeast(l2, 0, 'L1L2: l2')
  }

  override call(x: Tensor): Tensor {
    return add(multiply(sum(abs(x)), this.l1), multiply(sum(square(x)), this.l2))
  }

  override getConfig(): Config {
    return { l1: this.l1, l2: this.l2 }
  }
}

/** Absolute values and squares: see `L1L2`. @example regularizers.l1l2(0.001, 0.01) */
export const l1l2 = (l1?: number, l2?: number): L1L2 => new L1L2(l1, l2)
