import type { Tensor } from '../graph/tensor.js'
import { greater } from '../ops/greater.js'
import { multiply } from '../ops/multiply.js'
import type { TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { floatTensor } from './floatTensor.js'

export interface LeakyReluOptions {
  /** The slope for `x < 0`. Default: 0.2, as of this function in Keras; its layer has 0.3. */
  readonly negativeSlope?: number
}

const leakyReluOptions: OptionKeys<LeakyReluOptions> = { negativeSlope: true }

/** `x` for `x > 0`, else `negativeSlope x`, elementwise: `max(negativeSlope x, x)` for slopes up to 1. */
export function leakyRelu(x: TensorLike, options: LeakyReluOptions = {}): Tensor {
  checkOptions(options, 'leakyRelu', undefined, leakyReluOptions)
  const { negativeSlope = 0.2 } = options
  const value = floatTensor(x)
  return where(greater(value, 0), value, multiply(value, negativeSlope))
}
