import type { OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { above, atLeast } from '../utils/numbers.js'
import { LearningRateSchedule, type ScheduleOptions } from './schedule.js'

export interface PowerDecayOptions extends ScheduleOptions {
  /** The exponent c, at least 0. Default: 1. */
  readonly power?: number
}

/**
 * The power schedule `initialLearningRate / (1 + step / decaySteps)^power`. With a power of 1 the rate is a half after
 * `decaySteps` steps, a third after twice as many, and so on. Keras has no class for it; with a power of 1 it is
 * `InverseTimeDecay` with a `decayRate` of 1, and what Keras 2 called `SGD(lr, decay)` has `decaySteps = 1 / decay`.
 */
export class PowerDecay extends LearningRateSchedule {
  static readonly className = 'PowerDecay'
  static override readonly positional = ['initial_learning_rate', 'decay_steps']
  static override readonly options: OptionKeys<PowerDecayOptions> = {
    ...LearningRateSchedule.options,
    power: true,
  }

  readonly power: number

  constructor(
    readonly initialLearningRate: number,
    readonly decaySteps: number,
    options: PowerDecayOptions = {},
  ) {
    super(options)
    atLeast(initialLearningRate, 0, 'PowerDecay: initialLearningRate')
    above(decaySteps, 0, 'PowerDecay: decaySteps')
    this.power = atLeast(options.power ?? 1, 0, 'PowerDecay: power')
  }

  override call(step: number): number {
    return this.initialLearningRate / (1 + step / this.decaySteps) ** this.power
  }

  override getConfig(): Config {
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      power: this.power,
      ...super.getConfig(),
    }
  }
}

/** A rate of a half, a third, ... of the first: see `PowerDecay`. @example schedules.powerDecay(0.1, 1000) */
export const powerDecay = (
  initialLearningRate: number,
  decaySteps: number,
  options?: PowerDecayOptions,
): PowerDecay => new PowerDecay(initialLearningRate, decaySteps, options)
