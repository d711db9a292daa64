import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { log } from '../ops/log.js'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { subtract } from '../ops/subtract.js'
import type { TensorLike } from '../ops/tensor.js'
import { align } from './align.js'
import { EPSILON } from './epsilon.js'
import { checkSameShape, type Labels, type OutputShape } from './labels.js'
import { Loss } from './loss.js'

/**
 * `mean over the last axis of yPred - yTrue ln(yPred + 1e-7)`, for each sample: counts and predicted rates
 * `[batch, ..., n]` to `[batch, ...]`. It is what remains of minus the log-likelihood of a Poisson distribution without
 * terms of `yTrue` alone. Rates must not be negative. Source: Keras's `poisson`.
 */
export function poisson(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [counts, rates] = align(cast(yTrue, 'float32'), yPred)
  return mean(subtract(rates, multiply(counts, log(add(rates, EPSILON)))), { axis: -1 })
}

/** How unlikely counts are under Poisson distributions: see `poisson` for the formula. */
export class Poisson extends Loss {
  static readonly className = 'Poisson'

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return poisson(yTrue, yPred)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkSameShape(this.name, labels, output)
  }
}
