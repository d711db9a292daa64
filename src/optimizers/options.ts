import { ArgumentError } from '../errors.js'
import type { ScheduleFunction } from '../schedules/schedule.js'
import type { OptionKeys } from '../utils/checkOptions.js'
import { above, atLeast, fraction } from '../utils/numbers.js'
import { show } from '../utils/show.js'

/** A learning rate: a number, or a schedule or function from the number of steps taken to one. */
export type LearningRateLike = number | ScheduleFunction

/** Options that every optimizer takes. */
export interface OptimizerOptions {
  /**
   * At least 0: a number, a schedule such as `schedules.exponentialDecay(0.1, 1000, 0.1)`, or a function of the number of
   * steps taken. Default: 0.001, but 0.01 for `SGD` and 0.0025 for `ScheduleFreeAdamW`.
   */
  readonly learningRate?: LearningRateLike
  /** Default: the class's name in snake case. */
  readonly name?: string
  /** Before each update weights are multiplied by `1 - weightDecay learningRate`. Default: none, but 0.004 for `AdamW`. */
  readonly weightDecay?: number
  /** The gradient of each weight is scaled down to at most this L2 norm. Default: none. */
  readonly clipnorm?: number
  /** Each element of gradients is cut off at this distance from 0. Default: none. */
  readonly clipvalue?: number
  /** All gradients are scaled down together to at most this common L2 norm. Default: none. */
  readonly globalClipnorm?: number
  /**
   * Whether an exponential moving average of the weights is kept. `fit` ends by writing it into the weights. Default: false.
   */
  readonly useEma?: boolean
  /** `average = emaMomentum average + (1 - emaMomentum) weight`, from 0 to 1. Default: 0.99. */
  readonly emaMomentum?: number
  /** The average is written into the weights every so many steps as well. Default: at the end of `fit` only. */
  readonly emaOverwriteFrequency?: number
  /** The loss is multiplied by it before gradients are taken, and they are divided by it. Default: none. */
  readonly lossScaleFactor?: number
  /**
   * Weights are updated every so many steps only (at least 2), by the mean of the gradients since. Schedules count all
   * steps. Default: at each step.
   */
  readonly gradientAccumulationSteps?: number
}

export const optimizerOptions: OptionKeys<OptimizerOptions> = {
  learningRate: true,
  name: true,
  weightDecay: true,
  clipnorm: true,
  clipvalue: true,
  globalClipnorm: true,
  useEma: true,
  emaMomentum: true,
  emaOverwriteFrequency: true,
  lossScaleFactor: true,
  gradientAccumulationSteps: true,
}

/** The options that all optimizers treat alike, checked. */
export interface CommonSettings {
  readonly weightDecay: number | undefined
  readonly clipnorm: number | undefined
  readonly clipvalue: number | undefined
  readonly globalClipnorm: number | undefined
  readonly useEma: boolean
  readonly emaMomentum: number
  readonly emaOverwriteFrequency: number | undefined
  readonly lossScaleFactor: number | undefined
  readonly gradientAccumulationSteps: number | undefined
}

/** @throws ArgumentError naming the optimizer and the option that makes no sense */
export function commonSettings(options: OptimizerOptions, title: string): CommonSettings {
  const { weightDecay, clipnorm, clipvalue, globalClipnorm, lossScaleFactor } = options
  const clips = { clipnorm, clipvalue, globalClipnorm }
  const given = Object.entries(clips).filter(([, value]) => value !== undefined)
  if (given.length > 1) {
    throw new ArgumentError(
      `${title}: expected one of clipnorm, clipvalue and globalClipnorm, received ${given.map(([name]) => name).join(' and ')}.`,
    )
  }
  for (const [name, value] of Object.entries({ ...clips, lossScaleFactor })) {
    if (value !== undefined) above(value, 0, `${title}: ${name}`)
  }
  if (weightDecay !== undefined) atLeast(weightDecay, 0, `${title}: weightDecay`)
  return {
    weightDecay,
    clipnorm,
    clipvalue,
    globalClipnorm,
    lossScaleFactor,
    useEma: options.useEma ?? false,
    emaMomentum: fraction(options.emaMomentum ?? 0.99, `${title}: emaMomentum`),
    emaOverwriteFrequency: count(options.emaOverwriteFrequency, 1, `${title}: emaOverwriteFrequency`),
    gradientAccumulationSteps: count(
      options.gradientAccumulationSteps,
      2,
      `${title}: gradientAccumulationSteps`,
    ),
  }
}

function count(value: number | undefined, least: number, what: string): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return value
  throw new ArgumentError(`${what}: expected an integer of at least ${least}, received ${show(value)}.`)
}
