import type { Tensor } from '../graph/tensor.js'
import { mean } from '../ops/mean.js'
import { square } from '../ops/square.js'
import type { TensorLike } from '../ops/tensor.js'
import { margins } from './hinge.js'
import { checkSameShape, checkSigns, type Labels, type OutputShape } from './labels.js'
import { Loss } from './loss.js'

/**
 * `mean over the last axis of max(1 - yTrue yPred, 0)^2`, for each sample: labels and predictions `[batch, ..., n]` to
 * `[batch, ...]`. Labels are as for `hinge`. Source: Keras's `squared_hinge`.
 */
export function squaredHinge(yTrue: TensorLike, yPred: TensorLike): Tensor {
  return mean(square(margins(yTrue, yPred)), { axis: -1 })
}

/** Squared distance from the right side's margin: see `squaredHinge` for the formula. */
export class SquaredHinge extends Loss {
  static readonly className = 'SquaredHinge'

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return squaredHinge(yTrue, yPred)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkSameShape(this.name, labels, output)
    checkSigns(this.name, labels)
  }
}
