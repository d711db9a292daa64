import type { OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { above, atLeast } from '../utils/numbers.js'
import type { DecayOptions } from './exponentialDecay.js'
import { LearningRateSchedule } from './schedule.js'

/** `initialLearningRate / (1 + decayRate * step / decaySteps)` (Keras's `InverseTimeDecay`). */
export class InverseTimeDecay extends LearningRateSchedule {
  static readonly className = 'InverseTimeDecay'
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
    atLeast(initialLearningRate, 0, 'InverseTimeDecay: initialLearningRate')
    above(decaySteps, 0, 'InverseTimeDecay: decaySteps')
    atLeast(decayRate, 0, 'InverseTimeDecay: decayRate')
    this.staircase = options.staircase ?? false
  }

  override call(step: number): number {
    const progress = step / this.decaySteps
    return (
      this.initialLearningRate / (1 + this.decayRate * (this.staircase ? Math.floor(progress) : progress))
    )
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

/** A rate that falls with the inverse of time: see `InverseTimeDecay`. */
export const inverseTimeDecay = (
  initialLearningRate: number,
  decaySteps: number,
  decayRate: number,
  options?: DecayOptions,
): InverseTimeDecay => new InverseTimeDecay(initialLearningRate, decaySteps, decayRate, options)
