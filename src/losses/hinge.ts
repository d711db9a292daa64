import type { Tensor } from '../graph/tensor.js'
import { all } from '../ops/all.js'
import { cast } from '../ops/cast.js'
import { equal } from '../ops/equal.js'
import { logicalOr } from '../ops/logicalOr.js'
import { maximum } from '../ops/maximum.js'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { subtract } from '../ops/subtract.js'
import type { TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { align } from './align.js'
import { checkSameShape, checkSigns, type Labels, type OutputShape } from './labels.js'
import { Loss } from './loss.js'

/**
 * `mean over the last axis of max(1 - yTrue yPred, 0)`, for each sample: labels and predictions `[batch, ..., n]` to
 * `[batch, ...]`. Labels are -1 and 1; where all of a batch are 0 or 1, 0 stands for -1. Source: Keras's `hinge`.
 */
export function hinge(yTrue: TensorLike, yPred: TensorLike): Tensor {
  return mean(margins(yTrue, yPred), { axis: -1 })
}

/** `max(1 - yTrue yPred, 0)`, elementwise: how far predictions are from the right side's margin. */
export function margins(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [labels, predictions] = align(cast(yTrue, 'float32'), yPred)
  const isBinary = all(logicalOr(equal(labels, 0), equal(labels, 1)))
  const signs = where(isBinary, subtract(multiply(2, labels), 1), labels)
  return maximum(subtract(1, multiply(signs, predictions)), 0)
}

/** Distance from the right side's margin: see `hinge` for the formula. */
export class Hinge extends Loss {
  static readonly className = 'Hinge'

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return hinge(yTrue, yPred)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkSameShape(this.name, labels, output)
    checkSigns(this.name, labels)
  }
}
