import type { Tensor } from '../graph/tensor.js'
import { cast } from '../ops/cast.js'
import { clip } from '../ops/clip.js'
import { divide } from '../ops/divide.js'
import { log } from '../ops/log.js'
import { multiply } from '../ops/multiply.js'
import { sum } from '../ops/sum.js'
import type { TensorLike } from '../ops/tensor.js'
import { align } from './align.js'
import { EPSILON } from './epsilon.js'
import { checkProbabilities, checkSameShape, type Labels, type OutputShape } from './labels.js'
import { Loss } from './loss.js'

/**
 * The Kullback-Leibler divergence `sum over the last axis of yTrue ln(yTrue / yPred)`, in nats, for each sample:
 * distributions `[batch, ..., classes]` to `[batch, ...]`. 0 for equal distributions; cross-entropy is entropy plus this.
 * Both are clipped to [1e-7, 1] first. Source: Keras's `kl_divergence`.
 */
export function klDivergence(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [labels, predictions] = align(cast(yTrue, 'float32'), yPred)
  const [p, q] = [clip(labels, EPSILON, 1), clip(predictions, EPSILON, 1)]
  return sum(multiply(p, log(divide(p, q))), { axis: -1 })
}

/** How far one distribution is from another: see `klDivergence` for the formula. */
export class KLDivergence extends Loss {
  static readonly className = 'KLDivergence'

  override get needsProbabilities(): boolean {
    return true
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return klDivergence(yTrue, yPred)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkSameShape(this.name, labels, output)
    checkProbabilities(this.name, labels, 'Targets are distributions over the classes.')
  }
}
