import type { Tensor } from '../graph/tensor.js'
import { abs } from '../ops/abs.js'
import { greater } from '../ops/greater.js'
import type { TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { floatTensor } from './floatTensor.js'

export interface ShrinkOptions {
  /** Values this near to 0 become 0. Default: 0.5. */
  readonly threshold?: number
}

export const shrinkOptions: OptionKeys<ShrinkOptions> = { threshold: true }

/** `x` where `|x| > threshold`, else 0, elementwise. */
export function hardShrink(x: TensorLike, options: ShrinkOptions = {}): Tensor {
  checkOptions(options, 'hardShrink', undefined, shrinkOptions)
  const { threshold = 0.5 } = options
  const value = floatTensor(x)
  return where(greater(abs(value), threshold), value, 0)
}
