import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { classNumbers } from '../losses/sparseCategoricalCrossentropy.js'
import { any } from '../ops/any.js'
import { argmax } from '../ops/argmax.js'
import { cast } from '../ops/cast.js'
import { equal } from '../ops/equal.js'
import { expandDims } from '../ops/expandDims.js'
import { greater } from '../ops/greater.js'
import { isFinite as isFiniteElement } from '../ops/isFinite.js'
import { less } from '../ops/less.js'
import { logicalAnd } from '../ops/logicalAnd.js'
import { sliceAxis } from '../ops/slice.js'
import { squeeze } from '../ops/squeeze.js'
import { sum } from '../ops/sum.js'
import { takeAlongAxis } from '../ops/takeAlongAxis.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { MeanOfFunction } from './mean.js'
import type { MetricOptions } from './metric.js'

/**
 * 1 where the class of a one-hot label is among the `k` (default: 5) that got the largest predictions, else 0: labels and
 * predictions `[batch, ..., classes]` to `[batch, ...]`. Source: Keras's `top_k_categorical_accuracy`.
 */
export function topKCategoricalAccuracy(yTrue: TensorLike, yPred: TensorLike, k = 5): Tensor {
  return inTopK(argmax(yTrue, { axis: -1 }), asTensor(yPred), k)
}

/**
 * 1 where the labelled class is among the `k` (default: 5) that got the largest predictions, else 0: class numbers
 * `[batch, ...]` (or `[batch, ..., 1]`) and predictions `[batch, ..., classes]` to `[batch, ...]`.
 * Source: Keras's `sparse_top_k_categorical_accuracy`.
 *
 * @param fromSortedIds whether `yPred` are class numbers, the likeliest first, in place of predictions
 */
export function sparseTopKCategoricalAccuracy(
  yTrue: TensorLike,
  yPred: TensorLike,
  k = 5,
  fromSortedIds = false,
): Tensor {
  const output = asTensor(yPred)
  const labels = classNumbers('sparse_top_k_categorical_accuracy', asTensor(yTrue), output, output.rank - 1)
  if (!fromSortedIds) return inTopK(labels, output, k)
  const best = sliceAxis(output, -1, 0, Math.min(k, output.shape[output.rank - 1]))
  return cast(any(equal(best, expandDims(labels, -1)), { axis: -1 }), 'float32')
}

/** Whether fewer than `k` classes got more than the labelled one: of equal predictions all are among the best. */
function inTopK(labels: Tensor, yPred: Tensor, k: number): Tensor {
  const own = takeAlongAxis(yPred, expandDims(labels, -1), -1)
  const better = sum(greater(yPred, own), { axis: -1 })
  return cast(logicalAnd(less(better, k), isFiniteElement(squeeze(own, -1))), 'float32')
}

export interface TopKOptions extends MetricOptions {
  /** How many classes may be named. Default: 5. */
  readonly k?: number
}

/** How often the class of a one-hot label is among the `k` best. */
export class TopKCategoricalAccuracy extends MeanOfFunction {
  static override readonly className = 'TopKCategoricalAccuracy'
  static override readonly options: OptionKeys<TopKOptions> = { ...MeanOfFunction.options, k: true }
  override readonly direction = 'up'
  readonly k: number

  constructor(options: TopKOptions = {}) {
    const { name = 'top_k_categorical_accuracy', k = 5 } = checkedOptions(options, new.target)
    super((yTrue, yPred) => topKCategoricalAccuracy(yTrue, yPred, k), name)
    this.k = checkedK(name, k)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), k: this.k }
  }
}

export interface SparseTopKOptions extends TopKOptions {
  /** Whether predictions are class numbers, the likeliest first. Default: false. */
  readonly fromSortedIds?: boolean
}

/** How often the labelled class is among the `k` best. */
export class SparseTopKCategoricalAccuracy extends MeanOfFunction {
  static override readonly className = 'SparseTopKCategoricalAccuracy'
  static override readonly options: OptionKeys<SparseTopKOptions> = {
    ...MeanOfFunction.options,
    k: true,
    fromSortedIds: true,
  }
  override readonly direction = 'up'
  readonly k: number
  readonly fromSortedIds: boolean

  constructor(options: SparseTopKOptions = {}) {
    const {
      name = 'sparse_top_k_categorical_accuracy',
      k = 5,
      fromSortedIds = false,
    } = checkedOptions(options, new.target)
    super((yTrue, yPred) => sparseTopKCategoricalAccuracy(yTrue, yPred, k, fromSortedIds), name)
    this.k = checkedK(name, k)
    this.fromSortedIds = fromSortedIds
  }

  override getConfig(): Config {
    const config = { ...super.getConfig(), k: this.k }
    return this.fromSortedIds ? { ...config, from_sorted_ids: true } : config
  }
}

function checkedK(metric: string, k: number): number {
  if (Number.isInteger(k) && k > 0) return k
  throw new ArgumentError(`${metric}: expected k to be a whole number of 1 or more, received ${String(k)}.`)
}
