import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { divide } from '../ops/divide.js'
import { maximum } from '../ops/maximum.js'
import { multiply } from '../ops/multiply.js'
import { sqrt } from '../ops/sqrt.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { atLeast, fraction } from '../utils/numbers.js'
import { Optimizer, type UpdateContext } from './optimizer.js'
import type { OptimizerOptions } from './options.js'
import { correctedRate, moveTowards } from './rules.js'

/** What the family of Adam has in common. */
export interface MomentsOptions extends OptimizerOptions {
  /** Decay of the mean of gradients, from 0 to 1. Default: 0.9. */
  readonly beta1?: number
  /** Decay of the mean of their squares (or of their largest), from 0 to 1. Default: 0.999. */
  readonly beta2?: number
  /** Added to the divisor, so that it is not 0. Default: 1e-7. */
  readonly epsilon?: number
}

export interface AdamOptions extends MomentsOptions {
  /** Whether to divide by the largest mean of squares so far, as AMSGrad does. Default: false. */
  readonly amsgrad?: boolean
}

/**
 * Adam (Keras's `Adam`). For a weight w with gradient g in step t, counted from 1:
 * - `a = learningRate sqrt(1 - beta2^t) / (1 - beta1^t)`
 * - `m += (g - m)(1 - beta1)`
 * - `v += (g^2 - v)(1 - beta2)`
 * - `w -= m a / (sqrt(v) + epsilon)`, with AMSGrad of the largest v so far.
 *
 * Source: Kingma and Ba, Adam: a method for stochastic optimization, 2014, in the form before section 2.1; Reddi et al., On
 * the convergence of Adam and beyond, 2018.
 */
export class Adam extends Optimizer {
  static readonly className: string = 'Adam'
  static override readonly options: OptionKeys<AdamOptions> = {
    ...Optimizer.options,
    beta1: true,
    beta2: true,
    epsilon: true,
    amsgrad: true,
  }
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly amsgrad: boolean

  constructor(options: AdamOptions = {}) {
    const {
      beta1 = 0.9,
      beta2 = 0.999,
      epsilon = 1e-7,
      amsgrad = false,
      ...common
    } = checkedOptions(options, new.target, '{ learningRate: 0.1 }')
    super(common)
    this.beta1 = fraction(beta1, `${this.className}: beta1`)
    this.beta2 = fraction(beta2, `${this.className}: beta2`)
    this.epsilon = atLeast(epsilon, 0, `${this.className}: epsilon`)
    this.amsgrad = amsgrad
  }

  protected override makeSlots(weights: readonly Variable[]): void {
    this.addSlots(weights, ['momentum', 'velocity'])
    if (this.amsgrad) this.addSlots(weights, ['velocity_hat'])
  }

  protected override update(
    weight: Variable,
    gradient: Tensor,
    { learningRate, step }: UpdateContext,
  ): Tensor {
    const rate = correctedRate(learningRate, step, this.beta1, this.beta2)
    const m = moveTowards(this.slot(weight, 'momentum'), gradient, 1 - this.beta1)
    const v = moveTowards(this.slot(weight, 'velocity'), square(gradient), 1 - this.beta2)
    const divisor = add(sqrt(this.amsgrad ? this.largest(weight, v) : v), this.epsilon)
    return subtract(weight.value(), divide(multiply(m, rate), divisor))
  }

  private largest(weight: Variable, v: Tensor): Tensor {
    const slot = this.slot(weight, 'velocity_hat')
    return slot.assign(maximum(slot.value(), v))
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      beta_1: this.beta1,
      beta_2: this.beta2,
      epsilon: this.epsilon,
      amsgrad: this.amsgrad,
    }
  }
}

/** Adam: see `Adam`. @example optimizers.adam({ learningRate: 1e-4 }) */
export const adam = (options?: AdamOptions): Adam => new Adam(options)
