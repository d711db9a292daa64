import { binaryCrossentropy } from '../losses/binaryCrossentropy.js'
import { categoricalCrossentropy, smoothing } from '../losses/categoricalCrossentropy.js'
import { klDivergence } from '../losses/klDivergence.js'
import { poisson } from '../losses/poisson.js'
import { sparseCategoricalCrossentropy } from '../losses/sparseCategoricalCrossentropy.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { MeanOfFunction } from './mean.js'
import type { MetricOptions } from './metric.js'

/** The mean Kullback-Leibler divergence of predictions from targets, in nats. */
export class KLDivergence extends MeanOfFunction {
  static override readonly className = 'KLDivergence'
  override readonly direction = 'down'

  constructor(options: MetricOptions = {}) {
    const { name = 'kl_divergence' } = checkedOptions(options, new.target)
    super(klDivergence, name)
  }

  override get needsProbabilities(): boolean {
    return true
  }
}

/** The mean of `yPred - yTrue ln(yPred)`: how unlikely counts are under predicted rates. */
export class Poisson extends MeanOfFunction {
  static override readonly className = 'Poisson'
  override readonly direction = 'down'

  constructor(options: MetricOptions = {}) {
    const { name = 'poisson' } = checkedOptions(options, new.target)
    super(poisson, name)
  }
}

export interface CrossentropyMetricOptions extends MetricOptions {
  /** Whether predictions are logits. Default: false, probabilities. */
  readonly fromLogits?: boolean
  /** From 0 to 1: how much of each label is spread evenly over the classes. Default: 0. */
  readonly labelSmoothing?: number
}

/** The mean cross-entropy (log loss) of yes-or-no labels, in nats. */
export class BinaryCrossentropy extends MeanOfFunction {
  static override readonly className = 'BinaryCrossentropy'
  static override readonly options: OptionKeys<CrossentropyMetricOptions> = {
    ...MeanOfFunction.options,
    fromLogits: true,
    labelSmoothing: true,
  }
  override readonly direction = 'down'
  readonly fromLogits: boolean
  readonly labelSmoothing: number

  constructor(options: CrossentropyMetricOptions = {}) {
    const {
      name = 'binary_crossentropy',
      fromLogits = false,
      labelSmoothing = 0,
    } = checkedOptions(options, new.target)
    super((yTrue, yPred) => binaryCrossentropy(yTrue, yPred, { fromLogits, labelSmoothing }), name)
    this.fromLogits = fromLogits
    this.labelSmoothing = smoothing(name, labelSmoothing)
  }

  override get needsProbabilities(): boolean {
    return !this.fromLogits
  }

  override getConfig(): Config {
    const { fromLogits, labelSmoothing } = this
    return { ...super.getConfig(), from_logits: fromLogits, label_smoothing: labelSmoothing }
  }
}

export interface CategoricalCrossentropyMetricOptions extends CrossentropyMetricOptions {
  /** Where the classes lie. Default: -1. */
  readonly axis?: number
}

/** The mean cross-entropy (log loss) of one-hot labels, in nats. */
export class CategoricalCrossentropy extends MeanOfFunction {
  static override readonly className = 'CategoricalCrossentropy'
  static override readonly options: OptionKeys<CategoricalCrossentropyMetricOptions> = {
    ...MeanOfFunction.options,
    fromLogits: true,
    labelSmoothing: true,
    axis: true,
  }
  override readonly direction = 'down'
  readonly fromLogits: boolean
  readonly labelSmoothing: number
  readonly axis: number

  constructor(options: CategoricalCrossentropyMetricOptions = {}) {
    const {
      name = 'categorical_crossentropy',
      fromLogits = false,
      labelSmoothing = 0,
      axis = -1,
    } = checkedOptions(options, new.target)
    super((yTrue, yPred) => categoricalCrossentropy(yTrue, yPred, { fromLogits, labelSmoothing, axis }), name)
    this.fromLogits = fromLogits
    this.labelSmoothing = smoothing(name, labelSmoothing)
    this.axis = axis
  }

  override get needsProbabilities(): boolean {
    return !this.fromLogits
  }

  override getConfig(): Config {
    const { fromLogits, labelSmoothing, axis } = this
    return { ...super.getConfig(), from_logits: fromLogits, label_smoothing: labelSmoothing, axis }
  }
}

export interface SparseCrossentropyMetricOptions extends MetricOptions {
  /** Whether predictions are logits. Default: false, probabilities. */
  readonly fromLogits?: boolean
  /** A label whose samples do not count. Default: none. */
  readonly ignoreClass?: number
  /** Where the classes lie. Default: -1. */
  readonly axis?: number
}

/**
 * The mean cross-entropy (log loss) of class numbers, in nats. Samples of an ignored class do not count, whether weights are
 * given or not (Keras leaves them out if weights are given, and else counts them with value 0).
 */
export class SparseCategoricalCrossentropy extends MeanOfFunction {
  static override readonly className = 'SparseCategoricalCrossentropy'
  static override readonly options: OptionKeys<SparseCrossentropyMetricOptions> = {
    ...MeanOfFunction.options,
    fromLogits: true,
    ignoreClass: true,
    axis: true,
  }
  override readonly direction = 'down'
  readonly fromLogits: boolean
  readonly ignoreClass: number | undefined
  readonly axis: number

  constructor(options: SparseCrossentropyMetricOptions = {}) {
    const {
      name = 'sparse_categorical_crossentropy',
      fromLogits = false,
      ignoreClass,
      axis = -1,
    } = checkedOptions(options, new.target)
    const settings = { fromLogits, ignoreClass, axis }
    super((yTrue, yPred) => sparseCategoricalCrossentropy(yTrue, yPred, settings), name)
    this.fromLogits = fromLogits
    this.ignoreClass = ignoreClass
    this.axis = axis
  }

  override get needsProbabilities(): boolean {
    return !this.fromLogits
  }

  override getConfig(): Config {
    const { fromLogits, ignoreClass, axis } = this
    return { ...super.getConfig(), from_logits: fromLogits, ignore_class: ignoreClass ?? null, axis }
  }
}
