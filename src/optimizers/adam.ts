import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { divide } from '../ops/divide.js'
import { multiply } from '../ops/multiply.js'
import { power } from '../ops/power.js'
import { sqrt } from '../ops/sqrt.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import type { Config } from '../utils/config.js'
import { fraction, Optimizer, type OptimizerOptions, type UpdateContext } from './optimizer.js'

export interface AdamOptions extends OptimizerOptions {
  /** At least 0. Default: 0.001. */
  readonly learningRate?: number
  /** Decay of the mean of gradients, from 0 to 1. Default: 0.9. */
  readonly beta1?: number
  /** Decay of the mean of their squares, from 0 to 1. Default: 0.999. */
  readonly beta2?: number
  /** Added to the divisor ("epsilon hat" of the paper). Default: 1e-7. */
  readonly epsilon?: number
}

/**
 * Adam (Keras's `Adam`). For a weight w with gradient g in step t, counted from 1:
 * - `a = learningRate sqrt(1 - beta2^t) / (1 - beta1^t)`
 * - `m += (g - m)(1 - beta1)`
 * - `v += (g^2 - v)(1 - beta2)`
 * - `w -= m a / (sqrt(v) + epsilon)`
 *
 * Source: Kingma and Ba, Adam: a method for stochastic optimization, 2014, in the form before section 2.1.
 */
export class Adam extends Optimizer {
  static readonly className = 'Adam'
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  private corrected: { readonly context: UpdateContext; readonly rate: Tensor } | undefined

  constructor({ learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, name }: AdamOptions = {}) {
    super(learningRate, { name })
    this.beta1 = fraction(beta1, 'Adam: beta1')
    this.beta2 = fraction(beta2, 'Adam: beta2')
    if (!(epsilon >= 0)) {
      throw new ArgumentError(`Adam: expected an epsilon of at least 0, received ${String(epsilon)}.`)
    }
    this.epsilon = epsilon
  }

  protected override get slotNames(): readonly string[] {
    return ['momentum', 'velocity']
  }

  protected override update(weight: Variable, gradient: Tensor, context: UpdateContext): Tensor {
    const rate = this.correctedRate(context)
    const momentum = this.slot(weight, 'momentum')
    const velocity = this.slot(weight, 'velocity')
    const m = add(momentum.value(), multiply(subtract(gradient, momentum.value()), 1 - this.beta1))
    const v = add(velocity.value(), multiply(subtract(square(gradient), velocity.value()), 1 - this.beta2))
    momentum.assign(m)
    velocity.assign(v)
    return subtract(weight.value(), divide(multiply(m, rate), add(sqrt(v), this.epsilon)))
  }

  /** `a` of the formula, computed once for all weights of a step. */
  private correctedRate(context: UpdateContext): Tensor {
    if (this.corrected?.context === context) return this.corrected.rate
    const unbiased1 = subtract(1, power(this.beta1, context.step))
    const unbiased2 = subtract(1, power(this.beta2, context.step))
    const rate = divide(multiply(context.learningRate, sqrt(unbiased2)), unbiased1)
    this.corrected = { context, rate }
    return rate
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      beta_1: this.beta1,
      beta_2: this.beta2,
      epsilon: this.epsilon,
      amsgrad: false,
    }
  }
}

/** Adam: see `Adam`. @example optimizers.adam({ learningRate: 1e-4 }) */
export const adam = (options?: AdamOptions): Adam => new Adam(options)
