import type { Tensor } from '../graph/tensor.js'
import { cast } from '../ops/cast.js'
import { maximum } from '../ops/maximum.js'
import { multiply } from '../ops/multiply.js'
import { negative } from '../ops/negative.js'
import { rsqrt } from '../ops/rsqrt.js'
import { square } from '../ops/square.js'
import { sum } from '../ops/sum.js'
import type { TensorLike } from '../ops/tensor.js'
import type { OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { align } from './align.js'
import { EPSILON } from './epsilon.js'
import { checkSameShape, type Labels, type OutputShape } from './labels.js'
import { Loss, type LossOptions } from './loss.js'

/** The cosine of the angle between targets and predictions along an axis, from -1 to 1; 0 if one of them is zero. */
export function cosine(yTrue: TensorLike, yPred: TensorLike, axis = -1): Tensor {
  const [target, prediction] = align(cast(yTrue, 'float32'), yPred)
  return sum(multiply(unit(target, axis), unit(prediction, axis)), { axis })
}

/**
 * `-(yTrue / |yTrue|) . (yPred / |yPred|)` along an axis (default: the last), for each sample: -1 for the same direction, 0
 * for orthogonal vectors, 1 for opposite ones. Targets and predictions `[batch, ..., n]` to `[batch, ...]`. Source: Keras's
 * `cosine_similarity`.
 */
export function cosineSimilarity(yTrue: TensorLike, yPred: TensorLike, axis = -1): Tensor {
  return negative(cosine(yTrue, yPred, axis))
}

/** Vectors of length 1; those shorter than 1e-7 are only stretched ten million times. */
function unit(x: Tensor, axis: number): Tensor {
  const squaredLength = sum(square(x), { axis, keepDims: true })
  return multiply(x, rsqrt(maximum(squaredLength, EPSILON * EPSILON)))
}

export interface CosineSimilarityOptions extends LossOptions {
  /** Along which vectors lie. Default: -1. */
  readonly axis?: number
}

/** Minus the cosine between targets and predictions: see `cosineSimilarity` for the formula. */
export class CosineSimilarity extends Loss {
  static readonly className = 'CosineSimilarity'
  static override readonly options: OptionKeys<CosineSimilarityOptions> = { ...Loss.options, axis: true }
  readonly axis: number

  constructor(options: CosineSimilarityOptions = {}) {
    super(options)
    this.axis = options.axis ?? -1
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return cosineSimilarity(yTrue, yPred, this.axis)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkSameShape(this.name, labels, output)
  }

  /** Keras's own config leaves `axis` out, and so loses it; here it stands unless it is the default. */
  override getConfig(): Config {
    return this.axis === -1 ? super.getConfig() : { ...super.getConfig(), axis: this.axis }
  }
}
