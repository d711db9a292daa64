import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { divide } from '../ops/divide.js'
import { multiply } from '../ops/multiply.js'
import { power } from '../ops/power.js'
import { sqrt } from '../ops/sqrt.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { atLeast, fraction } from '../utils/numbers.js'
import type { MomentsOptions } from './adam.js'
import { Optimizer, type UpdateContext } from './optimizer.js'
import { moveTowards, unbiased } from './rules.js'

/**
 * Nadam (Keras's `Nadam`): Adam with Nesterov's momentum. In step t, counted from 1, with
 * `u_t = beta1 (1 - 0.96^t / 2)` and `p_t = u_1 u_2 ... u_t`:
 * - `m += (g - m)(1 - beta1)`, `v += (g^2 - v)(1 - beta2)`
 * - `mHat = u_(t+1) m / (1 - p_(t+1)) + (1 - u_t) g / (1 - p_t)`
 * - `w -= learningRate mHat / (sqrt(v / (1 - beta2^t)) + epsilon)`
 *
 * Source: Dozat, Incorporating Nesterov momentum into Adam, 2016.
 */
export class Nadam extends Optimizer {
  static readonly className = 'Nadam'
  static override readonly options: OptionKeys<MomentsOptions> = {
    ...Optimizer.options,
    beta1: true,
    beta2: true,
    epsilon: true,
  }
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** `p` of the last step. */
  private product: Variable | undefined

  constructor(options: MomentsOptions = {}) {
    const {
      beta1 = 0.9,
      beta2 = 0.999,
      epsilon = 1e-7,
      ...common
    } = checkedOptions(options, new.target, '{ learningRate: 0.1 }')
    super(common)
    this.beta1 = fraction(beta1, 'Nadam: beta1')
    this.beta2 = fraction(beta2, 'Nadam: beta2')
    this.epsilon = atLeast(epsilon, 0, 'Nadam: epsilon')
  }

  protected override makeSlots(weights: readonly Variable[]): void {
    this.addSlots(weights, ['momentum', 'velocity'])
    this.product ??= this.addVariable('u_product', [], 1)
  }

  protected override updateAll(
    weights: readonly Variable[],
    gradients: readonly Tensor[],
    context: UpdateContext,
  ): void {
    if (this.product) this.product.assign(multiply(this.product.value(), this.momentumOf(context.step)))
    super.updateAll(weights, gradients, context)
  }

  /** `u` of a step. */
  private momentumOf(step: Tensor): Tensor {
    return multiply(subtract(1, multiply(power(0.96, step), 0.5)), this.beta1)
  }

  protected override update(
    weight: Variable,
    gradient: Tensor,
    { learningRate, step }: UpdateContext,
  ): Tensor {
    const m = moveTowards(this.slot(weight, 'momentum'), gradient, 1 - this.beta1)
    const v = moveTowards(this.slot(weight, 'velocity'), square(gradient), 1 - this.beta2)
    const [u, next] = [this.momentumOf(step), this.momentumOf(add(step, 1))]
    const product = this.product?.value() ?? u
    const ahead = divide(multiply(m, next), subtract(1, multiply(product, next)))
    const now = divide(multiply(gradient, subtract(1, u)), subtract(1, product))
    const divisor = add(sqrt(divide(v, unbiased(this.beta2, step))), this.epsilon)
    return subtract(weight.value(), divide(multiply(add(ahead, now), learningRate), divisor))
  }

  override getConfig(): Config {
    return { ...super.getConfig(), beta_1: this.beta1, beta_2: this.beta2, epsilon: this.epsilon }
  }
}

/** Adam with Nesterov's momentum: see `Nadam`. */
export const nadam = (options?: MomentsOptions): Nadam => new Nadam(options)
