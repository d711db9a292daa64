import { ShapeError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { broadcastTo } from '../ops/broadcastTo.js'
import { cast } from '../ops/cast.js'
import { divide } from '../ops/divide.js'
import { iota } from '../ops/iota.js'
import { less } from '../ops/less.js'
import { multiply } from '../ops/multiply.js'
import { sum } from '../ops/sum.js'
import { where } from '../ops/where.js'
import { alignWeights } from './align.js'
import { divideNoNaN } from './divideNoNaN.js'

export const reductions = ['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none'] as const

/**
 * How a loss's values become one number.
 * - `sum_over_batch_size` (the default) and `mean`: the sum of weighted values, divided by how many values count.
 * - `sum`: the sum of weighted values.
 * - `mean_with_sample_weight`: the sum of weighted values, divided by the sum of the weights of all values.
 * - `none`: not at all.
 */
export type Reduction = (typeof reductions)[number]

/** What a batch's values are weighted with. */
export interface LossWeights {
  /** Factors whose axes are the first axes of the loss's values: `[batch]`, `[batch, time]`, ... Default: all 1. */
  readonly sampleWeight?: Tensor
  /** Which values count: booleans with axes as those of `sampleWeight`. Default: all. */
  readonly mask?: Tensor
  /** How many samples count in a padded batch, as a tensor of rank 0; the others must have weight 0. Default: all. */
  readonly samples?: Tensor
}

/** Values of a loss for a batch, `[batch, ...]`, weighted and reduced. */
export function reduceValues(
  loss: string,
  values: Tensor,
  reduction: Reduction,
  { sampleWeight, mask, samples }: LossWeights,
): Tensor {
  if (values.rank === 0) return reduceWholeBatch(loss, values, reduction, { sampleWeight, samples })
  const weights = sampleWeight && alignWeights(loss, cast(sampleWeight, 'float32'), values.shape)
  const kept = mask && broadcastTo(alignWeights(loss, cast(mask, 'bool'), values.shape), values.shape)
  const weighted = weights ? multiply(values, weights) : values
  const counted = kept ? where(kept, weighted, 0) : weighted
  if (reduction === 'none') return counted
  const total = sum(counted)
  if (reduction === 'sum') return total
  if (reduction === 'mean_with_sample_weight' && weights) {
    const each = broadcastTo(weights, values.shape)
    return divideNoNaN(total, sum(kept ? where(kept, each, 0) : each))
  }
  if (kept) return divideNoNaN(total, countKept(kept, samples))
  const perSample = values.size / values.shape[0]
  return divide(total, samples ? multiply(samples, perSample) : values.size)
}

/** How many values are kept, padding left out. */
function countKept(kept: Tensor, samples: Tensor | undefined): Tensor {
  if (!samples) return sum(cast(kept, 'float32'))
  const isSample = less(iota(kept.shape, 0), samples)
  return sum(cast(where(isSample, kept, false), 'float32'))
}

/** One value for the whole batch counts once for each weight. */
function reduceWholeBatch(
  loss: string,
  value: Tensor,
  reduction: Reduction,
  { sampleWeight, samples }: LossWeights,
): Tensor {
  if (samples) {
    throw new ShapeError(
      `${loss}: the loss gave one number for the whole batch, so padding cannot be left out of it. Give one number for each ` +
        'sample.',
    )
  }
  if (!sampleWeight || sampleWeight.rank === 0) return sampleWeight ? multiply(value, sampleWeight) : value
  const weights = cast(sampleWeight, 'float32')
  const weighted = multiply(value, weights)
  return reduction === 'mean_with_sample_weight'
    ? divideNoNaN(sum(weighted), sum(weights))
    : reduceValues(loss, weighted, reduction, {})
}
