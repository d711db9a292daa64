import type { Shape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { add } from './add.js'
import { cast } from './cast.js'
import { multiply } from './multiply.js'
import { randomBits } from './randomBits.js'
import { rightShiftUnsigned } from './rightShiftUnsigned.js'
import { subtract } from './subtract.js'
import type { TensorLike } from './tensor.js'

export interface RandomUniformOptions {
  /** Default: 0. */
  readonly min?: TensorLike
  /** Default: 1. */
  readonly max?: TensorLike
}

const randomUniformOptions: OptionKeys<RandomUniformOptions> = { min: true, max: true }

/**
 * Uniform random numbers `min + (max - min) * u`, where u is the upper 24 bits of `randomBits` times 2^-24, so that u
 * lies in [0, 1) and is exact on every target.
 */
export function randomUniform(key: TensorLike, shape: Shape, options: RandomUniformOptions = {}): Tensor {
  checkOptions(options, 'randomUniform', undefined, randomUniformOptions)
  const { min = 0, max = 1 } = options
  const unit = unitUniform(key, shape, 0)
  if (min === 0 && max === 1) return unit
  return add(multiply(unit, subtract(max, min)), min)
}

/** Uniform numbers in [0, 1) from one of the two words. */
export function unitUniform(key: TensorLike, shape: Shape, word: 0 | 1): Tensor {
  return multiply(cast(rightShiftUnsigned(randomBits(key, shape, word), 8), 'float32'), 2 ** -24)
}
