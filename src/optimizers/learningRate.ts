import { ArgumentError, StateError } from '../errors.js'
import type { Variable } from '../graph/variable.js'
import { deserializeSchedule, serializeSchedule } from '../schedules/get.js'
import { LearningRateSchedule } from '../schedules/schedule.js'
import { type ConfigValue, isSerialized } from '../utils/config.js'
import { show } from '../utils/show.js'
import type { LearningRateLike } from './options.js'

/**
 * An optimizer's learning rate on the host, where it is a number or a schedule. The rate of each step is computed in
 * float64 when the step is launched, and is an input of it. A schedule counts launched steps, from the count of steps
 * taken at the beginning of the run; so training that is resumed goes on in it, and no step waits for the one before.
 */
export class LearningRate {
  private rate: LearningRateLike
  private launched = 0

  /**
   * @param value a number, a schedule, a function of the step, or a schedule as it stands in configs
   * @param title how errors name the optimizer
   */
  constructor(
    value: unknown,
    private readonly title: string,
  ) {
    this.rate = this.checked(value)
  }

  /** The rate of the next step to be launched. */
  get value(): number {
    if (typeof this.rate === 'number') return this.rate
    const rate = this.rate(this.launched)
    if (Number.isFinite(rate) && rate >= 0) return rate
    throw new ArgumentError(
      `${this.title}: expected a schedule to give a learning rate of at least 0, received ${show(rate)} for step ${this.launched}.`,
    )
  }

  /** @throws StateError if a number is set where a schedule rules */
  set(value: LearningRateLike): void {
    if (typeof value === 'number' && typeof this.rate !== 'number') {
      throw new StateError(
        `${this.title}: the learning rate follows a schedule, so it cannot be set to ${value}. ` +
          'Make the optimizer with a number to set it during training.',
      )
    }
    this.rate = this.checked(value)
  }

  /** The rate for the step that is being launched, which is counted. */
  take(): number {
    const { value } = this
    this.launched++
    return value
  }

  /** Takes the count of steps from the device, before a run of them. */
  async synchronize(iterations: Variable): Promise<void> {
    if (typeof this.rate !== 'number') this.launched = (await iterations.data())[0]
  }

  /** As Keras writes it into configs; the name of a plain function. */
  serialize(): ConfigValue {
    if (typeof this.rate === 'number') return this.rate
    return this.rate instanceof LearningRateSchedule ? serializeSchedule(this.rate) : this.rate.name
  }

  private checked(value: unknown): LearningRateLike {
    if (isSerialized(value)) return deserializeSchedule(value)
    if (typeof value === 'function') return value as (step: number) => number
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
    throw new ArgumentError(
      `${this.title}: expected a learning rate of at least 0, or a schedule, received ${show(value)}. Usual ones are 0.1 to 0.0001.`,
    )
  }
}
