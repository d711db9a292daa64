import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { greater } from '../ops/greater.js'
import { less } from '../ops/less.js'
import { subtract } from '../ops/subtract.js'
import type { TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { checkOptions } from '../utils/checkOptions.js'
import { floatTensor } from './floatTensor.js'
import { type ShrinkOptions, shrinkOptions } from './hardShrink.js'

/** `x - threshold` where `x > threshold`, `x + threshold` where `x < -threshold`, else 0, elementwise. */
export function softShrink(x: TensorLike, options: ShrinkOptions = {}): Tensor {
  checkOptions(options, 'softShrink', undefined, shrinkOptions)
  const { threshold = 0.5 } = options
  const value = floatTensor(x)
  const below = where(less(value, -threshold), add(value, threshold), 0)
  return where(greater(value, threshold), subtract(value, threshold), below)
}
