import { ArgumentError } from '../errors.js'
import { checkedOptions } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { atLeast } from '../utils/numbers.js'
import { LearningRateSchedule, type ScheduleOptions } from './schedule.js'

/**
 * A rate that is constant between steps (Keras's `PiecewiseConstantDecay`): `values[0]` up to and including step
 * `boundaries[0]`, then `values[1]` up to and including `boundaries[1]`, and so on; `values` has one element more.
 */
export class PiecewiseConstantDecay extends LearningRateSchedule {
  static readonly className = 'PiecewiseConstantDecay'
  static override readonly positional = ['boundaries', 'values']

  constructor(
    readonly boundaries: readonly number[],
    readonly values: readonly number[],
    options: ScheduleOptions = {},
  ) {
    super({ ...checkedOptions(options, new.target), name: options.name ?? 'PiecewiseConstant' })
    if (values.length !== boundaries.length + 1) {
      throw new ArgumentError(
        'PiecewiseConstantDecay: expected one value more than boundaries, received ' +
          `${boundaries.length} boundaries and ${values.length} values.`,
      )
    }
    for (const value of values) atLeast(value, 0, 'PiecewiseConstantDecay: values')
    if (boundaries.some((boundary, i) => i > 0 && boundary <= boundaries[i - 1])) {
      throw new ArgumentError(
        `PiecewiseConstantDecay: expected boundaries that increase, received [${boundaries.join(', ')}].`,
      )
    }
  }

  override call(step: number): number {
    const piece = this.boundaries.findIndex((boundary) => step <= boundary)
    return this.values[piece < 0 ? this.boundaries.length : piece]
  }

  override getConfig(): Config {
    return { boundaries: this.boundaries, values: this.values, ...super.getConfig() }
  }
}

/**
 * A rate that is constant between steps: see `PiecewiseConstantDecay`.
 * @example schedules.piecewiseConstantDecay([5000, 15000], [0.01, 0.005, 0.001])
 */
export const piecewiseConstantDecay = (
  boundaries: readonly number[],
  values: readonly number[],
  options?: ScheduleOptions,
): PiecewiseConstantDecay => new PiecewiseConstantDecay(boundaries, values, options)
