import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { divide } from '../ops/divide.js'
import { multiply } from '../ops/multiply.js'
import { oneHot } from '../ops/oneHot.js'
import { power } from '../ops/power.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import type { OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { checkSparse, type Labels, type OutputShape } from './labels.js'
import { Loss, type LossOptions } from './loss.js'
import { classNumbers } from './sparseCategoricalCrossentropy.js'

/**
 * `(1 - yPred[yTrue]^q) / q` for each sample: class numbers `[batch, ...]` (or `[batch, ..., 1]`) and probabilities
 * `[batch, ..., classes]` to `[batch, ...]`. Between cross-entropy (q near 0) and absolute error (q near 1), it bears wrong
 * labels better than the former. Source: Zhang and Sabuncu 2018; Keras's `categorical_generalized_cross_entropy`.
 *
 * @param q above 0 and below 1. Default: 0.5
 */
export function categoricalGeneralizedCrossEntropy(yTrue: TensorLike, yPred: TensorLike, q = 0.5): Tensor {
  const output = asTensor(yPred)
  const axis = output.rank - 1
  const labels = classNumbers('categorical_generalized_cross_entropy', asTensor(yTrue), output, axis)
  const p = sum(multiply(oneHot(labels, output.shape[axis]), output), { axis })
  return divide(subtract(1, power(p, q)), q)
}

export interface GeneralizedCrossEntropyOptions extends LossOptions {
  /** Above 0 and below 1: the larger, the less wrong labels count. Default: 0.5. */
  readonly q?: number
}

/** Cross-entropy for labels of which some are wrong: see `categoricalGeneralizedCrossEntropy` for the formula. */
export class CategoricalGeneralizedCrossEntropy extends Loss {
  static readonly className = 'CategoricalGeneralizedCrossEntropy'
  static override readonly options: OptionKeys<GeneralizedCrossEntropyOptions> = { ...Loss.options, q: true }
  readonly q: number

  constructor(options: GeneralizedCrossEntropyOptions = {}) {
    super(options)
    this.q = options.q ?? 0.5
    if (!(this.q > 0 && this.q < 1)) {
      throw new ArgumentError(`${this.name}: expected q above 0 and below 1, received ${String(this.q)}.`)
    }
  }

  override get needsProbabilities(): boolean {
    return true
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return categoricalGeneralizedCrossEntropy(yTrue, yPred, this.q)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkSparse(this.name, labels, output, {})
  }

  override getConfig(): Config {
    return { ...super.getConfig(), q: this.q }
  }
}
