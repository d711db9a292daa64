import type { Tensor } from '../graph/tensor.js'
import { cast } from '../ops/cast.js'
import { log1p } from '../ops/log1p.js'
import { maximum } from '../ops/maximum.js'
import { mean } from '../ops/mean.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import type { TensorLike } from '../ops/tensor.js'
import { align } from './align.js'
import { EPSILON } from './epsilon.js'
import { checkSameShape, type Labels, type OutputShape } from './labels.js'
import { Loss } from './loss.js'

/**
 * `mean over the last axis of (ln(1 + yTrue) - ln(1 + yPred))^2`, for each sample: targets and predictions
 * `[batch, ..., n]` to `[batch, ...]`. Numbers below 1e-7 count as 1e-7: it is meant for amounts that are not negative.
 * Source: Keras's `mean_squared_logarithmic_error`.
 */
export function meanSquaredLogarithmicError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [target, prediction] = align(cast(yTrue, 'float32'), yPred)
  const logarithm = (x: Tensor) => log1p(maximum(x, EPSILON))
  return mean(square(subtract(logarithm(prediction), logarithm(target))), { axis: -1 })
}

/** Mean of squared differences of logarithms: see `meanSquaredLogarithmicError` for the formula. */
export class MeanSquaredLogarithmicError extends Loss {
  static readonly className = 'MeanSquaredLogarithmicError'

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return meanSquaredLogarithmicError(yTrue, yPred)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkSameShape(this.name, labels, output)
  }
}
