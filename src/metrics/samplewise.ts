import type { Tensor } from '../graph/tensor.js'
import { alignWeights } from '../losses/align.js'
import { countingMask } from '../losses/mask.js'
import { broadcastTo } from '../ops/broadcastTo.js'
import { cast } from '../ops/cast.js'
import { multiply } from '../ops/multiply.js'
import type { ReductionOptions } from '../ops/reduction.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'

/** Values and weights, one for each sample: `[batch]`, or of rank 0 for values or weights of rank 0. */
export interface SamplewiseValues {
  readonly values: Tensor
  /** Absent if none were given. */
  readonly weights: Tensor | undefined
}

/**
 * Values `[batch, ...]`, weighted and reduced to one for each sample, and their weights, reduced in the same way. The axes of
 * weights are the first axes of the values. What masks leave out has weight 0.
 * @param reduce how the values of a sample become one
 * @param outer a mask besides that of the values: the predictions'
 */
export function samplewise(
  what: string,
  values: Tensor,
  weights: Tensor | undefined,
  reduce: (x: TensorLike, options?: ReductionOptions) => Tensor,
  outer?: Tensor,
): SamplewiseValues {
  const given = cast(values, 'float32')
  const all = weighing(what, values, weights, countingMask(what, values, [outer]))
  if (!all) return { values: perSample(given, reduce), weights: undefined }
  if (all.rank === 0) return { values: multiply(reduce(given), all), weights: all }
  const aligned = alignWeights(what, all, values.shape)
  const weighted = multiply(given, aligned)
  const stretched = broadcastTo(aligned, [values.shape[0], ...aligned.shape.slice(1)])
  return { values: perSample(weighted, reduce), weights: perSample(stretched, reduce) }
}

/** Sample weights and mask in one. */
function weighing(
  what: string,
  values: Tensor,
  weights: Tensor | undefined,
  mask: Tensor | undefined,
): Tensor | undefined {
  const given = weights && cast(weights, 'float32')
  if (!mask) return given
  return where(mask, given ? alignWeights(what, given, values.shape) : asTensor(1), 0)
}

function perSample(x: Tensor, reduce: (x: TensorLike, options?: ReductionOptions) => Tensor): Tensor {
  return x.rank > 1 ? reduce(x, { axis: x.shape.map((_, axis) => axis).slice(1) }) : x
}
