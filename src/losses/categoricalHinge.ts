import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { max } from '../ops/max.js'
import { maximum } from '../ops/maximum.js'
import { multiply } from '../ops/multiply.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import type { TensorLike } from '../ops/tensor.js'
import { align } from './align.js'
import { checkOneHot, type Labels, type OutputShape } from './labels.js'
import { Loss } from './loss.js'

/**
 * `max(neg - pos + 1, 0)` with `pos = sum over the last axis of yTrue yPred` and `neg = max over it of (1 - yTrue) yPred`,
 * for each sample: one-hot labels and predictions `[batch, ..., classes]` to `[batch, ...]`. Source: Keras's
 * `categorical_hinge`.
 */
export function categoricalHinge(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [labels, predictions] = align(cast(yTrue, 'float32'), yPred)
  const right = sum(multiply(labels, predictions), { axis: -1 })
  const wrong = max(multiply(subtract(1, labels), predictions), { axis: -1 })
  return maximum(add(subtract(wrong, right), 1), 0)
}

/** By how much the best wrong class comes near the right one: see `categoricalHinge` for the formula. */
export class CategoricalHinge extends Loss {
  static readonly className = 'CategoricalHinge'

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return categoricalHinge(yTrue, yPred)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkOneHot(this.name, labels, output)
  }
}
