import type { Tensor } from '../graph/tensor.js'
import { divide } from '../ops/divide.js'
import { expm1 } from '../ops/expm1.js'
import { greater } from '../ops/greater.js'
import { multiply } from '../ops/multiply.js'
import type { TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { floatTensor } from './floatTensor.js'

export interface CeluOptions {
  /** The limit to the left is `-alpha`; not 0. Default: 1. */
  readonly alpha?: number
}

const celuOptions: OptionKeys<CeluOptions> = { alpha: true }

/**
 * `x` for `x > 0`, else `alpha (e^(x / alpha) - 1)`, elementwise: an ELU whose slope is continuous for every alpha.
 * Source: Barron, Continuously differentiable exponential linear units, 2017.
 */
export function celu(x: TensorLike, options: CeluOptions = {}): Tensor {
  checkOptions(options, 'celu', undefined, celuOptions)
  const { alpha = 1 } = options
  const value = floatTensor(x)
  const positive = greater(value, 0)
  return where(positive, value, multiply(expm1(divide(where(positive, 0, value), alpha)), alpha))
}
