import { ArgumentError } from '../errors.js'
import type { OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { above, atLeast } from '../utils/numbers.js'
import { LearningRateSchedule, type ScheduleOptions } from './schedule.js'

export interface OneCycleOptions extends ScheduleOptions {
  /** The rate of the first step. Default: a tenth of the highest. */
  readonly startLearningRate?: number
  /** Steps at the end in which the rate falls below the first. Default: a tenth of all, and one. */
  readonly lastSteps?: number
  /** The rate after the last step. Default: a thousandth of the first. */
  readonly lastLearningRate?: number
}

/**
 * The 1cycle schedule: in straight lines from `startLearningRate` up to `maxLearningRate` in the first half, down to
 * `startLearningRate` in the second, and to `lastLearningRate` in the last steps; it stays there. Keras has no class for it.
 *
 * Source: Smith, A disciplined approach to neural network hyper-parameters, 2018, without its cycle of the momentum.
 */
export class OneCycle extends LearningRateSchedule {
  static readonly className = 'OneCycle'
  static override readonly positional = ['max_learning_rate', 'total_steps']
  static override readonly options: OptionKeys<OneCycleOptions> = {
    ...LearningRateSchedule.options,
    startLearningRate: true,
    lastSteps: true,
    lastLearningRate: true,
  }

  readonly startLearningRate: number
  readonly lastSteps: number
  readonly lastLearningRate: number

  constructor(
    readonly maxLearningRate: number,
    readonly totalSteps: number,
    options: OneCycleOptions = {},
  ) {
    super(options)
    atLeast(maxLearningRate, 0, 'OneCycle: maxLearningRate')
    above(totalSteps, 0, 'OneCycle: totalSteps')
    this.startLearningRate = atLeast(
      options.startLearningRate ?? maxLearningRate / 10,
      0,
      'OneCycle: startLearningRate',
    )
    this.lastSteps = above(options.lastSteps ?? Math.floor(totalSteps / 10) + 1, 0, 'OneCycle: lastSteps')
    this.lastLearningRate = atLeast(
      options.lastLearningRate ?? this.startLearningRate / 1000,
      0,
      'OneCycle: lastLearningRate',
    )
    if (this.halfSteps < 1) {
      throw new ArgumentError(
        `OneCycle: expected at least 2 steps before the last ones, received ${totalSteps} steps in all and ${this.lastSteps} last ones.`,
      )
    }
  }

  /** Steps on the way up, and again on the way down. */
  private get halfSteps(): number {
    return Math.floor((this.totalSteps - this.lastSteps) / 2)
  }

  override call(step: number): number {
    const { startLearningRate: start, maxLearningRate: max, halfSteps: half, totalSteps } = this
    if (step < half) return start + (max - start) * (step / half)
    if (step < 2 * half) return max + (start - max) * ((step - half) / half)
    const progress = Math.min(1, (step - 2 * half) / (totalSteps - 2 * half))
    return start + (this.lastLearningRate - start) * progress
  }

  override getConfig(): Config {
    return {
      max_learning_rate: this.maxLearningRate,
      total_steps: this.totalSteps,
      start_learning_rate: this.startLearningRate,
      last_steps: this.lastSteps,
      last_learning_rate: this.lastLearningRate,
      ...super.getConfig(),
    }
  }
}

/** A rate that rises and falls once: see `OneCycle`. @example schedules.oneCycle(0.05, 25 * 469) */
export const oneCycle = (maxLearningRate: number, totalSteps: number, options?: OneCycleOptions): OneCycle =>
  new OneCycle(maxLearningRate, totalSteps, options)
