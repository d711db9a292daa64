import type { OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { above, atLeast } from '../utils/numbers.js'
import { LearningRateSchedule, type ScheduleOptions } from './schedule.js'

export interface CosineDecayOptions extends ScheduleOptions {
  /** The fraction of the rate that is left at the end. Default: 0. */
  readonly alpha?: number
  /** The rate that the warm-up climbs to, and the cosine falls from. Default: no warm-up. */
  readonly warmupTarget?: number
  /** Steps of the warm-up, before the `decaySteps`. Default: 0. */
  readonly warmupSteps?: number
}

/**
 * A rate that falls along half a cosine (Keras's `CosineDecay`):
 * `rate * ((1 - alpha) * (1 + cos(pi * step / decaySteps)) / 2 + alpha)`.
 *
 * With a `warmupTarget` the rate first climbs in a straight line from `initialLearningRate` to the target, in
 * `warmupSteps` steps, and falls from there.
 *
 * Source: Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2016.
 */
export class CosineDecay extends LearningRateSchedule {
  static readonly className = 'CosineDecay'
  static override readonly positional = ['initial_learning_rate', 'decay_steps']
  static override readonly options: OptionKeys<CosineDecayOptions> = {
    ...LearningRateSchedule.options,
    alpha: true,
    warmupTarget: true,
    warmupSteps: true,
  }

  readonly alpha: number
  readonly warmupTarget: number | undefined
  readonly warmupSteps: number

  constructor(
    readonly initialLearningRate: number,
    readonly decaySteps: number,
    options: CosineDecayOptions = {},
  ) {
    super(options)
    atLeast(initialLearningRate, 0, 'CosineDecay: initialLearningRate')
    above(decaySteps, 0, 'CosineDecay: decaySteps')
    this.alpha = atLeast(options.alpha ?? 0, 0, 'CosineDecay: alpha')
    this.warmupSteps = atLeast(options.warmupSteps ?? 0, 0, 'CosineDecay: warmupSteps')
    this.warmupTarget =
      options.warmupTarget === undefined
        ? undefined
        : atLeast(options.warmupTarget, 0, 'CosineDecay: warmupTarget')
  }

  override call(step: number): number {
    const { initialLearningRate, warmupTarget, warmupSteps } = this
    if (warmupTarget === undefined) return this.decayed(initialLearningRate, step)
    if (step >= warmupSteps) return this.decayed(warmupTarget, step - warmupSteps)
    return initialLearningRate + (warmupTarget - initialLearningRate) * (step / warmupSteps)
  }

  private decayed(from: number, step: number): number {
    const cosine = (1 + Math.cos(Math.PI * Math.min(1, step / this.decaySteps))) / 2
    return from * ((1 - this.alpha) * cosine + this.alpha)
  }

  override getConfig(): Config {
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      alpha: this.alpha,
      ...super.getConfig(),
      warmup_target: this.warmupTarget ?? null,
      warmup_steps: this.warmupSteps,
    }
  }
}

/**
 * A rate that falls along half a cosine: see `CosineDecay`.
 * @example schedules.cosineDecay(0, 1000, { warmupTarget: 0.1, warmupSteps: 100 })
 */
export const cosineDecay = (
  initialLearningRate: number,
  decaySteps: number,
  options?: CosineDecayOptions,
): CosineDecay => new CosineDecay(initialLearningRate, decaySteps, options)
