import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { clip } from '../ops/clip.js'
import { divide } from '../ops/divide.js'
import { multiply } from '../ops/multiply.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { atLeast, fraction } from '../utils/numbers.js'
import { Constraint } from './constraint.js'
import { NORM_EPSILON, type NormAxisOptions, normAlong } from './norm.js'

export interface MinMaxNormOptions extends NormAxisOptions {
  /** The least length. Default: 0. */
  readonly minValue?: number
  /** The greatest length. Default: 1. */
  readonly maxValue?: number
  /** How far a vector is moved towards its allowed length: 1 all the way, 0 not at all. Default: 1. */
  readonly rate?: number
}

/**
 * Vectors with a length between `minValue` and `maxValue` (Keras's `MinMaxNorm`):
 * `w * (rate * clip(|w|, minValue, maxValue) + (1 - rate) * |w|) / (|w| + 1e-7)`.
 */
export class MinMaxNorm extends Constraint {
  static readonly className = 'MinMaxNorm'
  static readonly options: OptionKeys<MinMaxNormOptions> = {
    axis: true,
    minValue: true,
    maxValue: true,
    rate: true,
  }

  readonly minValue: number
  readonly maxValue: number
  readonly rate: number
  readonly axis: number | readonly number[]

  constructor(options: MinMaxNormOptions = {}) {
    const {
      minValue = 0,
      maxValue = 1,
      rate = 1,
      axis = 0,
    } = checkedOptions(options, new.target, '{ maxValue: 1 }')
    super()
    this.minValue = atLeast(minValue, 0, 'MinMaxNorm: minValue')
    this.maxValue = atLeast(maxValue, 0, 'MinMaxNorm: maxValue')
    this.rate = fraction(rate, 'MinMaxNorm: rate')
    this.axis = axis
    if (minValue > maxValue) {
      throw new ArgumentError(
        `MinMaxNorm: expected minValue <= maxValue, received minValue ${minValue} and maxValue ${maxValue}.`,
      )
    }
  }

  override call(weight: Tensor): Tensor {
    const norms = normAlong(weight, this.axis)
    const allowed = multiply(clip(norms, this.minValue, this.maxValue), this.rate)
    const desired = add(allowed, multiply(norms, 1 - this.rate))
    return multiply(weight, divide(desired, add(norms, NORM_EPSILON)))
  }

  override getConfig(): Config {
    return { min_value: this.minValue, max_value: this.maxValue, rate: this.rate, axis: this.axis }
  }
}

/** Vectors of a length between two: see `MinMaxNorm`. */
export const minMaxNorm = (options?: MinMaxNormOptions): MinMaxNorm => new MinMaxNorm(options)
