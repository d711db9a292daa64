import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { softplus } from '../ops/softplus.js'
import { subtract } from '../ops/subtract.js'
import type { TensorLike } from '../ops/tensor.js'
import { align } from './align.js'
import { checkSameShape, type Labels, type OutputShape } from './labels.js'
import { Loss } from './loss.js'

/**
 * `mean over the last axis of ln(cosh(yPred - yTrue))`, for each sample: targets and predictions `[batch, ..., n]` to
 * `[batch, ...]`. About `e^2 / 2` for small differences e and `|e| - ln 2` for large ones. Source: Keras's `log_cosh`.
 */
export function logCosh(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [target, prediction] = align(cast(yTrue, 'float32'), yPred)
  const error = subtract(prediction, target)
  // ln((e^x + e^-x) / 2) = x + ln(1 + e^-2x) - ln 2, which does not overflow.
  return mean(add(error, subtract(softplus(multiply(-2, error)), Math.LN2)), { axis: -1 })
}

/** Logarithm of the hyperbolic cosine of differences: see `logCosh` for the formula. */
export class LogCosh extends Loss {
  static readonly className = 'LogCosh'

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return logCosh(yTrue, yPred)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkSameShape(this.name, labels, output)
  }
}
