import type { Tensor } from '../graph/tensor.js'
import { align } from '../losses/align.js'
import { EPSILON } from '../losses/epsilon.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { divide } from '../ops/divide.js'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import type { TensorLike } from '../ops/tensor.js'
import { standardDeviation, variance } from '../ops/variance.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { MeanOfFunction } from './mean.js'
import type { MetricOptions } from './metric.js'

/**
 * Pearson's correlation between targets and predictions along an axis (default: the last), from -1 to 1:
 * `covariance(t, p) / (sd(t) sd(p))`; NaN where one of them is constant. Source: Keras's `pearson_correlation`.
 */
export function pearsonCorrelation(yTrue: TensorLike, yPred: TensorLike, axis = -1): Tensor {
  const [target, prediction] = align(cast(yTrue, 'float32'), yPred)
  return mean(multiply(standardized(target, axis), standardized(prediction, axis)), { axis })
}

function standardized(x: Tensor, axis: number): Tensor {
  const centred = subtract(x, mean(x, { axis, keepDims: true }))
  return divide(centred, standardDeviation(centred, { axis, keepDims: true }))
}

/**
 * Lin's concordance between targets and predictions along an axis (default: the last), from -1 to 1:
 * `2 covariance(t, p) / (variance(t) + variance(p) + (mean(t) - mean(p))^2 + 1e-7)`. Unlike correlation it is 1 only where
 * they are equal. Source: Lin 1989; Keras's `concordance_correlation`.
 */
export function concordanceCorrelation(yTrue: TensorLike, yPred: TensorLike, axis = -1): Tensor {
  const [target, prediction] = align(cast(yTrue, 'float32'), yPred)
  const along = { axis, keepDims: true }
  const [targetMean, predictionMean] = [mean(target, along), mean(prediction, along)]
  const [t, p] = [subtract(target, targetMean), subtract(prediction, predictionMean)]
  const spread = add(variance(t, along), variance(p, along))
  const scale = add(add(spread, square(subtract(targetMean, predictionMean))), EPSILON)
  return mean(divide(multiply(2, multiply(t, p)), scale), { axis })
}

export interface CorrelationOptions extends MetricOptions {
  /** Along which values are correlated; 0 for the samples of a batch. Default: -1. */
  readonly axis?: number
}

/** A correlation along the batch cannot leave padding out. */
abstract class Correlation extends MeanOfFunction {
  override readonly direction = 'up'
  constructor(
    correlation: typeof pearsonCorrelation,
    readonly axis: number,
    name: string,
  ) {
    super((yTrue, yPred) => correlation(yTrue, yPred, axis), name)
  }

  override couplesSamples(_yTrue: unknown, { shape }: { readonly shape: readonly number[] }): boolean {
    return this.axis === 0 || this.axis === -shape.length
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis }
  }
}

/** The mean of Pearson's correlation: see `pearsonCorrelation`. */
export class PearsonCorrelation extends Correlation {
  static override readonly className = 'PearsonCorrelation'
  static override readonly options: OptionKeys<CorrelationOptions> = { ...Correlation.options, axis: true }

  constructor(options: CorrelationOptions = {}) {
    const { name = 'pearson_correlation', axis = -1 } = checkedOptions(options, new.target)
    super(pearsonCorrelation, axis, name)
  }
}

/** The mean of Lin's concordance: see `concordanceCorrelation`. */
export class ConcordanceCorrelation extends Correlation {
  static override readonly className = 'ConcordanceCorrelation'
  static override readonly options: OptionKeys<CorrelationOptions> = { ...Correlation.options, axis: true }

  constructor(options: CorrelationOptions = {}) {
    const { name = 'concordance_correlation', axis = -1 } = checkedOptions(options, new.target)
    super(concordanceCorrelation, axis, name)
  }
}
