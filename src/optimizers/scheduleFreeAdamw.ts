import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { divide } from '../ops/divide.js'
import { equal } from '../ops/equal.js'
import { minimum } from '../ops/minimum.js'
import { multiply } from '../ops/multiply.js'
import { sqrt } from '../ops/sqrt.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { where } from '../ops/where.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { above, atLeast, fraction } from '../utils/numbers.js'
import type { MomentsOptions } from './adam.js'
import { Optimizer, type UpdateContext } from './optimizer.js'
import { moveTowards, unbiased } from './rules.js'

export interface ScheduleFreeAdamwOptions extends MomentsOptions {
  /** Steps in which the rate climbs from 0. Default: 0. */
  readonly warmupSteps?: number
}

/**
 * AdamW without a schedule (Keras's `ScheduleFreeAdamW`): gradients are taken at a mix y of the fast weights z and their
 * mean x; the model's weights are y. In step t, counted from 1:
 * - `v += (g^2 - v)(1 - beta2)`
 * - `x = (y - (1 - beta1) z) / beta1`
 * - `z -= learningRate min(1, t / warmupSteps) g / (sqrt(v / (1 - beta2^t)) + epsilon)`
 * - `x = (1 - 1 / t) x + z / t`; `y = (1 - beta1) z + beta1 x`
 *
 * Defaults: `learningRate` 0.0025, `epsilon` 1e-8. Source: Defazio et al., The road less scheduled, 2024.
 */
export class ScheduleFreeAdamW extends Optimizer {
  static readonly className = 'ScheduleFreeAdamW'
  static override readonly options: OptionKeys<ScheduleFreeAdamwOptions> = {
    ...Optimizer.options,
    beta1: true,
    beta2: true,
    epsilon: true,
    warmupSteps: true,
  }
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly warmupSteps: number

  constructor(options: ScheduleFreeAdamwOptions = {}) {
    const {
      beta1 = 0.9,
      beta2 = 0.999,
      epsilon = 1e-8,
      warmupSteps = 0,
      ...common
    } = checkedOptions(options, new.target, '{ learningRate: 0.1 }')
    super(common, 0.0025)
    this.beta1 = above(fraction(beta1, 'ScheduleFreeAdamW: beta1'), 0, 'ScheduleFreeAdamW: beta1')
    this.beta2 = fraction(beta2, 'ScheduleFreeAdamW: beta2')
    this.epsilon = atLeast(epsilon, 0, 'ScheduleFreeAdamW: epsilon')
    if (!Number.isInteger(warmupSteps) || warmupSteps < 0) {
      throw new ArgumentError(
        `ScheduleFreeAdamW: expected warmupSteps to be an integer of at least 0, received ${String(warmupSteps)}.`,
      )
    }
    this.warmupSteps = warmupSteps
  }

  protected override makeSlots(weights: readonly Variable[]): void {
    this.addSlots(weights, ['momentum', 'velocity'])
  }

  override apply(weights: readonly Variable[], gradients: readonly Tensor[], learningRate: Tensor): void {
    this.build(weights)
    // z begins as the weight, whose value only the device may know.
    const isFirst = equal(this.iterations.value(), 0)
    for (const weight of weights) {
      const slot = this.slot(weight, 'momentum')
      slot.assign(where(isFirst, weight.value(), slot.value()))
    }
    super.apply(weights, gradients, learningRate)
  }

  protected override update(
    weight: Variable,
    gradient: Tensor,
    { learningRate, step }: UpdateContext,
  ): Tensor {
    const y = weight.value()
    const slot = this.slot(weight, 'momentum')
    const z = slot.value()
    const v = moveTowards(this.slot(weight, 'velocity'), square(gradient), 1 - this.beta2)
    const divisor = add(sqrt(divide(v, unbiased(this.beta2, step))), this.epsilon)
    const rate =
      this.warmupSteps > 0 ? multiply(learningRate, minimum(divide(step, this.warmupSteps), 1)) : learningRate
    const newZ = slot.assign(subtract(z, divide(multiply(gradient, rate), divisor)))
    const x = divide(subtract(y, multiply(z, 1 - this.beta1)), this.beta1)
    const share = divide(1, step)
    const newX = add(multiply(x, subtract(1, share)), multiply(newZ, share))
    return add(multiply(newZ, 1 - this.beta1), multiply(newX, this.beta1))
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      beta_1: this.beta1,
      beta_2: this.beta2,
      epsilon: this.epsilon,
      warmup_steps: this.warmupSteps,
    }
  }
}

/** AdamW that needs no schedule: see `ScheduleFreeAdamW`. */
export const scheduleFreeAdamw = (options?: ScheduleFreeAdamwOptions): ScheduleFreeAdamW =>
  new ScheduleFreeAdamW(options)
