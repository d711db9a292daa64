import type { Tensor } from '../graph/tensor.js'
import { divide } from '../ops/divide.js'
import { greater } from '../ops/greater.js'
import { multiply } from '../ops/multiply.js'
import { where } from '../ops/where.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { atLeast } from '../utils/numbers.js'
import { Constraint } from './constraint.js'
import { type NormAxisOptions, normAlong } from './norm.js'

/**
 * `w * maxValue / |w|` where `|w| > maxValue`, else `w` itself (Keras's `MaxNorm`, which also scales the others, by
 * `|w| / (|w| + 1e-7)`). Default `maxValue`: 2.
 */
export class MaxNorm extends Constraint {
  static readonly className = 'MaxNorm'
  static override readonly positional = ['max_value']
  static readonly options: OptionKeys<NormAxisOptions> = { axis: true }

  readonly axis: number | readonly number[]

  constructor(
    readonly maxValue = 2,
    options: NormAxisOptions = {},
  ) {
    const { axis = 0 } = checkedOptions(options, new.target, '{ axis: [0, 1, 2] }')
    super()
    atLeast(maxValue, 0, 'MaxNorm: maxValue')
    this.axis = axis
  }

  override call(weight: Tensor): Tensor {
    const norms = normAlong(weight, this.axis)
    const tooLong = greater(norms, this.maxValue)
    return multiply(weight, where(tooLong, divide(this.maxValue, where(tooLong, norms, 1)), 1))
  }

  override getConfig(): Config {
    return { max_value: this.maxValue, axis: this.axis }
  }
}

/** Vectors no longer than a length: see `MaxNorm`. @example layers.dense(30, { kernelConstraint: constraints.maxNorm(1) }) */
export const maxNorm = (maxValue?: number, options?: NormAxisOptions): MaxNorm =>
  new MaxNorm(maxValue, options)
