import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { divide } from '../ops/divide.js'
import { multiply } from '../ops/multiply.js'
import { sqrt } from '../ops/sqrt.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { atLeast, fraction } from '../utils/numbers.js'
import { Optimizer, type UpdateContext } from './optimizer.js'
import type { OptimizerOptions } from './options.js'
import { decayInto } from './rules.js'

export interface RmspropOptions extends OptimizerOptions {
  /** Decay of the mean of squares, from 0 to 1. Default: 0.9. */
  readonly rho?: number
  /** How much of the last step is taken again, from 0 to 1. Default: 0. */
  readonly momentum?: number
  /** Added under the root. Default: 1e-7. */
  readonly epsilon?: number
  /** Whether to divide by the deviation of gradients instead of their root mean square. Default: false. */
  readonly centered?: boolean
}

/**
 * RMSprop (Keras's `RMSprop`):
 * - `v = rho v + (1 - rho) g^2`; centered, also `a = rho a + (1 - rho) g`
 * - `d = learningRate g / sqrt(v + epsilon)`; centered, `/ sqrt(v - a^2 + epsilon)`
 * - `w -= d`; with momentum, `m = momentum m + d; w -= m`.
 *
 * Source: Hinton, Neural networks for machine learning, lecture 6, 2012.
 */
export class RMSprop extends Optimizer {
  static readonly className = 'RMSprop'
  static override readonly options: OptionKeys<RmspropOptions> = {
    ...Optimizer.options,
    rho: true,
    momentum: true,
    epsilon: true,
    centered: true,
  }
  readonly rho: number
  readonly momentum: number
  readonly epsilon: number
  readonly centered: boolean

  constructor(options: RmspropOptions = {}) {
    const {
      rho = 0.9,
      momentum = 0,
      epsilon = 1e-7,
      centered = false,
      ...common
    } = checkedOptions(options, new.target, '{ learningRate: 0.1 }')
    super(common)
    this.rho = fraction(rho, 'RMSprop: rho')
    this.momentum = fraction(momentum, 'RMSprop: momentum')
    this.epsilon = atLeast(epsilon, 0, 'RMSprop: epsilon')
    this.centered = centered
  }

  protected override makeSlots(weights: readonly Variable[]): void {
    this.addSlots(weights, ['velocity'])
    if (this.momentum > 0) this.addSlots(weights, ['momentum'])
    if (this.centered) this.addSlots(weights, ['average_gradient'])
  }

  protected override update(weight: Variable, gradient: Tensor, { learningRate }: UpdateContext): Tensor {
    const squares = decayInto(this.slot(weight, 'velocity'), square(gradient), this.rho)
    const variance = this.centered
      ? subtract(squares, square(decayInto(this.slot(weight, 'average_gradient'), gradient, this.rho)))
      : squares
    const step = divide(multiply(gradient, learningRate), this.divisor(variance))
    if (this.momentum === 0) return subtract(weight.value(), step)
    const slot = this.slot(weight, 'momentum')
    return subtract(weight.value(), slot.assign(add(multiply(slot.value(), this.momentum), step)))
  }

  /** What gradients are divided by. */
  protected divisor(variance: Tensor): Tensor {
    return sqrt(add(variance, this.epsilon))
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      rho: this.rho,
      momentum: this.momentum,
      epsilon: this.epsilon,
      centered: this.centered,
    }
  }
}

/** Rates by recent gradients: see `RMSprop`. @example optimizers.rmsprop({ rho: 0.9 }) */
export const rmsprop = (options?: RmspropOptions): RMSprop => new RMSprop(options)
