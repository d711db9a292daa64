import type { Tensor } from '../graph/tensor.js'
import { cast } from '../ops/cast.js'
import { divide } from '../ops/divide.js'
import { reshape } from '../ops/reshape.js'
import { where } from '../ops/where.js'
import { penaltyOf, type RegularizerFunction } from '../regularizers/regularizer.js'
import type { LossTerms } from './callContext.js'

/**
 * A layer's activity penalty: the regularizer's value for its outputs, divided by the number of samples, so that the
 * strength does not depend on the batch's size. Samples that are padding count as zeros.
 * @param title what the layer is called in errors
 */
export function activityPenalty(
  regularizer: RegularizerFunction,
  outputs: Tensor,
  { batch }: LossTerms,
  title: string,
): Tensor {
  const penalty = (x: Tensor) => penaltyOf(regularizer, x, `the outputs of ${title}`)
  if (outputs.rank === 0) return penalty(outputs)
  const [size] = outputs.shape
  if (batch?.mask.size !== size) return divide(penalty(outputs), size)
  const mask = reshape(cast(batch.mask, 'bool'), [size, ...outputs.shape.slice(1).map(() => 1)])
  return divide(penalty(where(mask, outputs, 0)), batch.samples)
}
