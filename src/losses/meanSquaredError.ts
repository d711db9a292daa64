import type { Tensor } from '../graph/tensor.js'
import { cast } from '../ops/cast.js'
import { mean } from '../ops/mean.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import type { TensorLike } from '../ops/tensor.js'
import { align } from './align.js'
import { checkSameShape, type Labels, type OutputShape } from './labels.js'
import { Loss } from './loss.js'

/**
 * `mean over the last axis of (yTrue - yPred)^2`, for each sample: targets and predictions `[batch, ..., n]` to
 * `[batch, ...]`. Source: Keras's `mean_squared_error`.
 */
export function meanSquaredError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [target, prediction] = align(cast(yTrue, 'float32'), yPred)
  return mean(square(subtract(target, prediction)), { axis: -1 })
}

/** Mean of squared differences: see `meanSquaredError` for the formula. */
export class MeanSquaredError extends Loss {
  static readonly className = 'MeanSquaredError'

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return meanSquaredError(yTrue, yPred)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkSameShape(this.name, labels, output)
  }
}
