import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { above, atLeast } from '../utils/numbers.js'
import { LearningRateSchedule, type ScheduleOptions } from './schedule.js'

export interface CosineDecayRestartsOptions extends ScheduleOptions {
  /** Each period is so many times longer than the one before; at least 1. Default: 2. */
  readonly tMul?: number
  /** Each period starts from so many times the rate of the one before. Default: 1. */
  readonly mMul?: number
  /** The fraction of the rate that is left at the end of a period. Default: 0. */
  readonly alpha?: number
}

/**
 * A rate that falls along half a cosine and starts anew at the end, in periods of `firstDecaySteps`, `firstDecaySteps *
 * tMul`, ... steps (Keras's `CosineDecayRestarts`). In period i, a fraction p of which is over:
 * `rate * ((1 - alpha) * mMul^i * (1 + cos(pi * p)) / 2 + alpha)`.
 *
 * Source: Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2016.
 */
export class CosineDecayRestarts extends LearningRateSchedule {
  static readonly className = 'CosineDecayRestarts'
  static override readonly positional = ['initial_learning_rate', 'first_decay_steps']
  static override readonly options: OptionKeys<CosineDecayRestartsOptions> = {
    ...LearningRateSchedule.options,
    tMul: true,
    mMul: true,
    alpha: true,
  }

  readonly tMul: number
  readonly mMul: number
  readonly alpha: number

  constructor(
    readonly initialLearningRate: number,
    readonly firstDecaySteps: number,
    options: CosineDecayRestartsOptions = {},
  ) {
    super({ ...checkedOptions(options, new.target), name: options.name ?? 'SGDRDecay' })
    atLeast(initialLearningRate, 0, 'CosineDecayRestarts: initialLearningRate')
    above(firstDecaySteps, 0, 'CosineDecayRestarts: firstDecaySteps')
    this.tMul = atLeast(options.tMul ?? 2, 1, 'CosineDecayRestarts: tMul')
    this.mMul = atLeast(options.mMul ?? 1, 0, 'CosineDecayRestarts: mMul')
    this.alpha = atLeast(options.alpha ?? 0, 0, 'CosineDecayRestarts: alpha')
  }

  override call(step: number): number {
    const { initialLearningRate, tMul, mMul, alpha } = this
    const periods = step / this.firstDecaySteps
    const restart = this.restartsBefore(periods)
    const progress = (periods - this.beginOf(restart)) / tMul ** restart
    const cosine = 0.5 * mMul ** restart * (1 + Math.cos(Math.PI * progress))
    return initialLearningRate * ((1 - alpha) * cosine + alpha)
  }

  /** When a period begins, in lengths of the first: `1 + tMul + ... + tMul^(period - 1)`. */
  private beginOf(period: number): number {
    return this.tMul === 1 ? period : (1 - this.tMul ** period) / (1 - this.tMul)
  }

  private restartsBefore(periods: number): number {
    if (this.tMul === 1) return Math.floor(periods)
    // The logarithm is rounded, and at a restart one bit decides: the sum says which side is right.
    const near = Math.round(Math.log(1 - periods * (1 - this.tMul)) / Math.log(this.tMul))
    return this.beginOf(near) > periods ? near - 1 : near
  }

  override getConfig(): Config {
    return {
      initial_learning_rate: this.initialLearningRate,
      first_decay_steps: this.firstDecaySteps,
      t_mul: this.tMul,
      m_mul: this.mMul,
      alpha: this.alpha,
      ...super.getConfig(),
    }
  }
}

/** A rate that falls along half a cosine again and again: see `CosineDecayRestarts`. */
export const cosineDecayRestarts = (
  initialLearningRate: number,
  firstDecaySteps: number,
  options?: CosineDecayRestartsOptions,
): CosineDecayRestarts => new CosineDecayRestarts(initialLearningRate, firstDecaySteps, options)
