import type { Tensor } from '../graph/tensor.js'
import { abs } from '../ops/abs.js'
import { cast } from '../ops/cast.js'
import { divide } from '../ops/divide.js'
import { maximum } from '../ops/maximum.js'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { subtract } from '../ops/subtract.js'
import type { TensorLike } from '../ops/tensor.js'
import { align } from './align.js'
import { EPSILON } from './epsilon.js'
import { checkSameShape, type Labels, type OutputShape } from './labels.js'
import { Loss } from './loss.js'

/**
 * `100 * mean over the last axis of |(yTrue - yPred) / max(|yTrue|, 1e-7)|`, in per cent, for each sample: targets and
 * predictions `[batch, ..., n]` to `[batch, ...]`. Targets near 0 make it huge. Source: Keras's
 * `mean_absolute_percentage_error`.
 */
export function meanAbsolutePercentageError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [target, prediction] = align(cast(yTrue, 'float32'), yPred)
  const relative = abs(divide(subtract(target, prediction), maximum(abs(target), EPSILON)))
  return multiply(100, mean(relative, { axis: -1 }))
}

/** Mean of differences in per cent of the target: see `meanAbsolutePercentageError` for the formula. */
export class MeanAbsolutePercentageError extends Loss {
  static readonly className = 'MeanAbsolutePercentageError'

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return meanAbsolutePercentageError(yTrue, yPred)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkSameShape(this.name, labels, output)
  }
}
