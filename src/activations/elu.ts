import type { Tensor } from '../graph/tensor.js'
import { expm1 } from '../ops/expm1.js'
import { greater } from '../ops/greater.js'
import { multiply } from '../ops/multiply.js'
import type { TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { floatTensor } from './floatTensor.js'

export interface EluOptions {
  /** The limit to the left is `-alpha`. Default: 1. */
  readonly alpha?: number
}

const eluOptions: OptionKeys<EluOptions> = { alpha: true }

/**
 * The exponential linear unit, elementwise: `x` for `x > 0`, else `alpha (e^x - 1)`.
 * Source: Clevert et al., Fast and accurate deep network learning by exponential linear units, 2015.
 */
export function elu(x: TensorLike, options: EluOptions = {}): Tensor {
  checkOptions(options, 'elu', undefined, eluOptions)
  const { alpha = 1 } = options
  const value = floatTensor(x)
  const positive = greater(value, 0)
  // Where the line is taken the exponential is kept finite: its gradient is 0, not 0 times infinity.
  return where(positive, value, multiply(expm1(where(positive, 0, value)), alpha))
}
