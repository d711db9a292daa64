import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { divide } from '../ops/divide.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { Constraint } from './constraint.js'
import { NORM_EPSILON, type NormAxisOptions, normAlong } from './norm.js'

/** Vectors of length 1: `w / (|w| + 1e-7)` (Keras's `UnitNorm`). */
export class UnitNorm extends Constraint {
  static readonly className = 'UnitNorm'
  static readonly options: OptionKeys<NormAxisOptions> = { axis: true }

  readonly axis: number | readonly number[]

  constructor(options: NormAxisOptions = {}) {
    const { axis = 0 } = checkedOptions(options, new.target, '{ axis: [0, 1, 2] }')
    super()
    this.axis = axis
  }

  override call(weight: Tensor): Tensor {
    return divide(weight, add(normAlong(weight, this.axis), NORM_EPSILON))
  }

  override getConfig(): Config {
    return { axis: this.axis }
  }
}

/** Vectors of length 1: see `UnitNorm`. */
export const unitNorm = (options?: NormAxisOptions): UnitNorm => new UnitNorm(options)
