import type { Tensor } from '../graph/tensor.js'
import { align } from '../losses/align.js'
import { cosine } from '../losses/cosineSimilarity.js'
import { logCosh } from '../losses/logCosh.js'
import { meanAbsoluteError } from '../losses/meanAbsoluteError.js'
import { meanAbsolutePercentageError } from '../losses/meanAbsolutePercentageError.js'
import { meanSquaredError } from '../losses/meanSquaredError.js'
import { meanSquaredLogarithmicError } from '../losses/meanSquaredLogarithmicError.js'
import { cast } from '../ops/cast.js'
import { sqrt } from '../ops/sqrt.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { MeanOfFunction } from './mean.js'
import type { MetricOptions } from './metric.js'

/** The mean of squared differences between targets and predictions. */
export class MeanSquaredError extends MeanOfFunction {
  static override readonly className = 'MeanSquaredError'
  override readonly direction = 'down'

  constructor(options: MetricOptions = {}) {
    const { name = 'mean_squared_error' } = checkedOptions(options, new.target)
    super(meanSquaredError, name)
  }
}

/** The mean of absolute differences between targets and predictions. */
export class MeanAbsoluteError extends MeanOfFunction {
  static override readonly className = 'MeanAbsoluteError'
  override readonly direction = 'down'

  constructor(options: MetricOptions = {}) {
    const { name = 'mean_absolute_error' } = checkedOptions(options, new.target)
    super(meanAbsoluteError, name)
  }
}

/** The mean of absolute differences in per cent of the target. */
export class MeanAbsolutePercentageError extends MeanOfFunction {
  static override readonly className = 'MeanAbsolutePercentageError'
  override readonly direction = 'down'

  constructor(options: MetricOptions = {}) {
    const { name = 'mean_absolute_percentage_error' } = checkedOptions(options, new.target)
    super(meanAbsolutePercentageError, name)
  }
}

/** The mean of squared differences between logarithms, `(ln(1 + yTrue) - ln(1 + yPred))^2`. */
export class MeanSquaredLogarithmicError extends MeanOfFunction {
  static override readonly className = 'MeanSquaredLogarithmicError'
  override readonly direction = 'down'

  constructor(options: MetricOptions = {}) {
    const { name = 'mean_squared_logarithmic_error' } = checkedOptions(options, new.target)
    super(meanSquaredLogarithmicError, name)
  }
}

/** The square root of the mean of squared differences (RMSE), in the units of the targets. */
export class RootMeanSquaredError extends MeanOfFunction {
  static override readonly className = 'RootMeanSquaredError'
  override readonly direction = 'down'

  constructor(options: MetricOptions = {}) {
    const { name = 'root_mean_squared_error' } = checkedOptions(options, new.target)
    super(squaredDifferences, name)
  }

  override result(): Tensor {
    return sqrt(super.result())
  }
}

/** Elementwise, so that weights of single elements count. */
function squaredDifferences(yTrue: Tensor, yPred: Tensor): Tensor {
  const [target, prediction] = align(cast(yTrue, 'float32'), yPred)
  return square(subtract(prediction, target))
}

/** The square root of the mean of squared differences between logarithms (RMSLE). Keras has no such class. */
export class RootMeanSquaredLogarithmicError extends MeanOfFunction {
  static override readonly className = 'RootMeanSquaredLogarithmicError'
  override readonly direction = 'down'

  constructor(options: MetricOptions = {}) {
    const { name = 'root_mean_squared_logarithmic_error' } = checkedOptions(options, new.target)
    super(meanSquaredLogarithmicError, name)
  }

  override result(): Tensor {
    return sqrt(super.result())
  }
}

/** The mean of `ln(cosh(yPred - yTrue))`. */
export class LogCoshError extends MeanOfFunction {
  static override readonly className = 'LogCoshError'
  override readonly direction = 'down'

  constructor(options: MetricOptions = {}) {
    const { name = 'logcosh' } = checkedOptions(options, new.target)
    super(logCosh, name)
  }
}

export interface CosineSimilarityOptions extends MetricOptions {
  /** Along which vectors lie. Default: -1. */
  readonly axis?: number
}

/** The mean cosine of the angle between targets and predictions, 1 for the same direction (the loss is minus that). */
export class CosineSimilarity extends MeanOfFunction {
  static override readonly className = 'CosineSimilarity'
  static override readonly options: OptionKeys<CosineSimilarityOptions> = {
    ...MeanOfFunction.options,
    axis: true,
  }
  override readonly direction = 'up'
  readonly axis: number

  constructor(options: CosineSimilarityOptions = {}) {
    const { name = 'cosine_similarity', axis = -1 } = checkedOptions(options, new.target)
    super((yTrue, yPred) => cosine(yTrue, yPred, axis), name)
    this.axis = axis
  }

  /** Keras's own config leaves `axis` out, and so loses it; here it stands unless it is the default. */
  override getConfig(): Config {
    return this.axis === -1 ? super.getConfig() : { ...super.getConfig(), axis: this.axis }
  }
}
