import type { OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { above, atLeast } from '../utils/numbers.js'
import { LearningRateSchedule, type ScheduleOptions } from './schedule.js'

export interface PolynomialDecayOptions extends ScheduleOptions {
  /** The rate after `decaySteps` steps. Default: 0.0001. */
  readonly endLearningRate?: number
  /** The exponent. Default: 1, a straight line. */
  readonly power?: number
  /**
   * Whether the rate, once at its end, starts to fall again from where a line over twice, three times, ... `decaySteps`
   * would be. Default: false: it stays at its end.
   */
  readonly cycle?: boolean
}

/**
 * `(initialLearningRate - endLearningRate) * (1 - step / decaySteps)^power + endLearningRate` (Keras's
 * `PolynomialDecay`).
 */
export class PolynomialDecay extends LearningRateSchedule {
  static readonly className = 'PolynomialDecay'
  static override readonly positional = ['initial_learning_rate', 'decay_steps']
  static override readonly options: OptionKeys<PolynomialDecayOptions> = {
    ...LearningRateSchedule.options,
    endLearningRate: true,
    power: true,
    cycle: true,
  }

  readonly endLearningRate: number
  readonly power: number
  readonly cycle: boolean

  constructor(
    readonly initialLearningRate: number,
    readonly decaySteps: number,
    options: PolynomialDecayOptions = {},
  ) {
    super(options)
    atLeast(initialLearningRate, 0, 'PolynomialDecay: initialLearningRate')
    above(decaySteps, 0, 'PolynomialDecay: decaySteps')
    this.endLearningRate = atLeast(options.endLearningRate ?? 0.0001, 0, 'PolynomialDecay: endLearningRate')
    this.power = atLeast(options.power ?? 1, 0, 'PolynomialDecay: power')
    this.cycle = options.cycle ?? false
  }

  override call(step: number): number {
    const { initialLearningRate, endLearningRate, decaySteps, power } = this
    const length = this.cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps
    const progress = Math.min(step, length) / length
    return (initialLearningRate - endLearningRate) * (1 - progress) ** power + endLearningRate
  }

  override getConfig(): Config {
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      end_learning_rate: this.endLearningRate,
      power: this.power,
      cycle: this.cycle,
      ...super.getConfig(),
    }
  }
}

/** A rate that falls along a polynomial: see `PolynomialDecay`. */
export const polynomialDecay = (
  initialLearningRate: number,
  decaySteps: number,
  options?: PolynomialDecayOptions,
): PolynomialDecay => new PolynomialDecay(initialLearningRate, decaySteps, options)
