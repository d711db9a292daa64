import { callable } from '../utils/callable.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { type Config, type Configurable, classNameOf } from '../utils/config.js'

/** The learning rate for the step after `step` others: a number, from a count that starts at 0. */
export type ScheduleFunction = (step: number) => number

export interface ScheduleOptions {
  /** Default: Keras's name of the schedule. */
  readonly name?: string
}

/**
 * A learning rate that changes from step to step: an object called like a function, `schedule(step)`. Pass it as an
 * optimizer's `learningRate`; so may be any function `(step) => rate`. Subclasses override `call`.
 *
 * Rates are computed on the host in float64 and fed to the step, so that no schedule means another Program.
 *
 * @example
 * const rate = optimizers.schedules.exponentialDecay(0.1, 1000, 0.1)
 * rate(0) // 0.1
 * rate(1000) // 0.01
 */
export abstract class LearningRateSchedule extends callable<ScheduleFunction>() implements Configurable {
  /** Config keys of the constructor's positional arguments, in order; the rest are options. */
  static readonly positional: readonly string[] = []
  /** The names of the constructor's options. A class with options of its own names them, or takes them apart before `super(...)`. */
  static readonly options: OptionKeys<ScheduleOptions> = { name: true }

  override readonly name: string

  constructor(options: ScheduleOptions = {}) {
    super()
    checkOptions(options, this.className, undefined, new.target.options)
    this.name = options.name ?? this.className
  }

  /** The name of the schedule's class, as it stands in saved files. */
  get className(): string {
    return classNameOf(this)
  }

  /** The learning rate for the step after `step` others. */
  abstract override call(step: number): number

  /** The settings under Keras's keys. */
  getConfig(): Config {
    return { name: this.name }
  }
}
