import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { abs } from '../ops/abs.js'
import { add } from '../ops/add.js'
import { divide } from '../ops/divide.js'
import { maximum } from '../ops/maximum.js'
import { multiply } from '../ops/multiply.js'
import { subtract } from '../ops/subtract.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { atLeast, fraction } from '../utils/numbers.js'
import type { MomentsOptions } from './adam.js'
import { Optimizer, type UpdateContext } from './optimizer.js'
import { moveTowards, unbiased } from './rules.js'

/**
 * Adamax (Keras's `Adamax`): Adam by the largest gradient instead of the mean square.
 * - `m += (g - m)(1 - beta1)`
 * - `u = max(beta2 u, |g|)`
 * - `w -= learningRate m / ((1 - beta1^t)(u + epsilon))`
 *
 * Source: Kingma and Ba, Adam: a method for stochastic optimization, 2014, section 7.1.
 */
export class Adamax extends Optimizer {
  static readonly className = 'Adamax'
  static override readonly options: OptionKeys<MomentsOptions> = {
    ...Optimizer.options,
    beta1: true,
    beta2: true,
    epsilon: true,
  }
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number

  constructor(options: MomentsOptions = {}) {
    const {
      beta1 = 0.9,
      beta2 = 0.999,
      epsilon = 1e-7,
      ...common
    } = checkedOptions(options, new.target, '{ learningRate: 0.1 }')
    super(common)
    this.beta1 = fraction(beta1, 'Adamax: beta1')
    this.beta2 = fraction(beta2, 'Adamax: beta2')
    this.epsilon = atLeast(epsilon, 0, 'Adamax: epsilon')
  }

  protected override makeSlots(weights: readonly Variable[]): void {
    this.addSlots(weights, ['momentum', 'norm'])
  }

  protected override update(
    weight: Variable,
    gradient: Tensor,
    { learningRate, step }: UpdateContext,
  ): Tensor {
    const m = moveTowards(this.slot(weight, 'momentum'), gradient, 1 - this.beta1)
    const norm = this.slot(weight, 'norm')
    const u = norm.assign(maximum(multiply(norm.value(), this.beta2), abs(gradient)))
    const divisor = multiply(unbiased(this.beta1, step), add(u, this.epsilon))
    return subtract(weight.value(), divide(multiply(m, learningRate), divisor))
  }

  override getConfig(): Config {
    return { ...super.getConfig(), beta_1: this.beta1, beta_2: this.beta2, epsilon: this.epsilon }
  }
}

/** Adam by the largest gradient: see `Adamax`. */
export const adamax = (options?: MomentsOptions): Adamax => new Adamax(options)
