import type { Tensor } from '../graph/tensor.js'
import { clip } from '../ops/clip.js'
import { greater } from '../ops/greater.js'
import { multiply } from '../ops/multiply.js'
import { relu as reluOp } from '../ops/relu.js'
import { subtract } from '../ops/subtract.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { leakyRelu } from './leakyRelu.js'
import { relu6 } from './relu6.js'

export interface ReluOptions {
  /** The slope below the threshold. Default: 0. */
  readonly negativeSlope?: number
  /** The largest value of the result. Default: none. */
  readonly maxValue?: number
  /** Values up to it are cut off. Default: 0. */
  readonly threshold?: number
}

const reluOptions: OptionKeys<ReluOptions> = { negativeSlope: true, maxValue: true, threshold: true }

/**
 * The rectifier, elementwise: `max(x, 0)`, or with options `min(x, maxValue)` for `x > threshold`, else
 * `negativeSlope (x - threshold)`. The gradient at 0 is 0.
 */
export function relu(x: TensorLike, options: ReluOptions = {}): Tensor {
  checkOptions(options, 'relu', undefined, reluOptions)
  const { negativeSlope = 0, maxValue, threshold = 0 } = options
  if (threshold === 0 && maxValue === undefined) {
    return negativeSlope === 0 ? reluOp(x) : leakyRelu(x, { negativeSlope })
  }
  const value = asTensor(x)
  const positive = cutOff(value, threshold, maxValue)
  return negativeSlope === 0
    ? positive
    : subtract(positive, multiply(reluOp(subtract(threshold, value)), negativeSlope))
}

function cutOff(x: Tensor, threshold: number, maxValue: number | undefined): Tensor {
  if (threshold === 0 && maxValue === 6) return relu6(x)
  const positive = threshold === 0 ? reluOp(x) : where(greater(x, threshold), x, 0)
  return maxValue === undefined ? positive : clip(positive, 0, maxValue)
}
