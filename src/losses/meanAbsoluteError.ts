import type { Tensor } from '../graph/tensor.js'
import { abs } from '../ops/abs.js'
import { cast } from '../ops/cast.js'
import { mean } from '../ops/mean.js'
import { subtract } from '../ops/subtract.js'
import type { TensorLike } from '../ops/tensor.js'
import { align } from './align.js'
import { checkSameShape, type Labels, type OutputShape } from './labels.js'
import { Loss } from './loss.js'

/**
 * `mean over the last axis of |yTrue - yPred|`, for each sample: targets and predictions `[batch, ..., n]` to
 * `[batch, ...]`. Source: Keras's `mean_absolute_error`.
 */
export function meanAbsoluteError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [target, prediction] = align(cast(yTrue, 'float32'), yPred)
  return mean(abs(subtract(target, prediction)), { axis: -1 })
}

/** Mean of absolute differences: see `meanAbsoluteError` for the formula. */
export class MeanAbsoluteError extends Loss {
  static readonly className = 'MeanAbsoluteError'

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return meanAbsoluteError(yTrue, yPred)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkSameShape(this.name, labels, output)
  }
}
