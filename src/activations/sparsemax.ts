import type { Tensor } from '../graph/tensor.js'
import { cast } from '../ops/cast.js'
import { cumulativeSum } from '../ops/cumulativeSum.js'
import { divide } from '../ops/divide.js'
import { greater } from '../ops/greater.js'
import { arange } from '../ops/iota.js'
import { relu } from '../ops/relu.js'
import { sort } from '../ops/sort.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import type { TensorLike } from '../ops/tensor.js'
import { moveAxis } from '../ops/transpose.js'
import { where } from '../ops/where.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { floatTensor } from './floatTensor.js'

export interface SparsemaxOptions {
  /** The axis along which the result sums to 1. Default: -1. */
  readonly axis?: number
}

const sparsemaxOptions: OptionKeys<SparsemaxOptions> = { axis: true }

/**
 * `max(x - tau, 0)` along an axis, with tau so that the sum is 1: the nearest point to `x` among probability
 * distributions, in which small ones are exactly 0.
 *
 * Source: Martins and Astudillo, From softmax to sparsemax, 2016.
 */
export function sparsemax(x: TensorLike, options: SparsemaxOptions = {}): Tensor {
  checkOptions(options, 'sparsemax', undefined, sparsemaxOptions)
  const { axis = -1 } = options
  const value = moveAxis(floatTensor(x), axis, -1)
  const sorted = sort(value, { descending: true })
  const size = value.shape[value.rank - 1]
  const counts = arange(size + 1, { start: 1 })
  // The k largest elements make up the support as long as each is above the tau that they would have.
  const inSupport = greater(
    subtract(sorted, divide(subtract(cumulativeSum(sorted, { axis: -1 }), 1), counts)),
    0,
  )
  const total = sum(where(inSupport, sorted, 0), { axis: -1, keepDims: true })
  const count = sum(cast(inSupport, 'float32'), { axis: -1, keepDims: true })
  const tau = divide(subtract(total, 1), count)
  return moveAxis(relu(subtract(value, tau)), -1, axis)
}
