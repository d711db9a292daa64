import type { OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { above, atLeast } from '../utils/numbers.js'
import { LearningRateSchedule, type ScheduleOptions } from './schedule.js'

export interface DecayOptions extends ScheduleOptions {
  /** Whether `step / decaySteps` is rounded down, so that the rate falls in stairs. Default: false. */
  readonly staircase?: boolean
}

/**
 * `initialLearningRate * decayRate^(step / decaySteps)` (Keras's `ExponentialDecay`). With a `decayRate` of 0.1 the rate is
 * a tenth after every `decaySteps` steps.
 */
export class ExponentialDecay extends LearningRateSchedule {
  static readonly className = 'ExponentialDecay'
  static override readonly positional = ['initial_learning_rate', 'decay_steps', 'decay_rate']
  static override readonly options: OptionKeys<DecayOptions> = {
    ...LearningRateSchedule.options,
    staircase: true,
  }

  readonly staircase: boolean

  constructor(
    readonly initialLearningRate: number,
    readonly decaySteps: number,
    readonly decayRate: number,
    options: DecayOptions = {},
  ) {
    super(options)
    atLeast(initialLearningRate, 0, 'ExponentialDecay: initialLearningRate')
    above(decaySteps, 0, 'ExponentialDecay: decaySteps')
    atLeast(decayRate, 0, 'ExponentialDecay: decayRate')
    this.staircase = options.staircase ?? false
  }

  override call(step: number): number {
    const progress = step / this.decaySteps
    return this.initialLearningRate * this.decayRate ** (this.staircase ? Math.floor(progress) : progress)
  }

  override getConfig(): Config {
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      decay_rate: this.decayRate,
      staircase: this.staircase,
      ...super.getConfig(),
    }
  }
}

/** A rate that falls by a factor: see `ExponentialDecay`. @example schedules.exponentialDecay(0.1, 1000, 0.96) */
export const exponentialDecay = (
  initialLearningRate: number,
  decaySteps: number,
  decayRate: number,
  options?: DecayOptions,
): ExponentialDecay => new ExponentialDecay(initialLearningRate, decaySteps, decayRate, options)
