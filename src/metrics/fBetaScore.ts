import { ArgumentError, ShapeError } from '../errors.js'
import { type Shape, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { alignWeights } from '../losses/align.js'
import { EPSILON } from '../losses/epsilon.js'
import { abs } from '../ops/abs.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { divide } from '../ops/divide.js'
import { greater } from '../ops/greater.js'
import { greaterEqual } from '../ops/greaterEqual.js'
import { logicalAnd } from '../ops/logicalAnd.js'
import { max } from '../ops/max.js'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import { zeros } from '../ops/tensor.js'
import { checkedOptions, checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { oneOf } from '../utils/oneOf.js'
import { Metric, type MetricOptions } from './metric.js'

export interface F1ScoreOptions extends MetricOptions {
  /**
   * How the classes' scores become one: `'macro'` their mean, `'weighted'` their mean weighted with the number of labels,
   * `'micro'` one score from the counts of all classes. Default: not at all; one score for each class.
   */
  readonly average?: 'micro' | 'macro' | 'weighted'
  /** Above it, from 0 to 1, a prediction means yes. Default: the largest prediction of a sample means yes. */
  readonly threshold?: number
}

export interface FBetaScoreOptions extends F1ScoreOptions {
  /** How many times as much recall counts as precision; above 0. Default: 1. */
  readonly beta?: number
}

/**
 * `(1 + beta^2) precision recall / (beta^2 precision + recall)` for each class, from counts that batches add to. Labels are
 * one-hot or multi-hot, `[batch, classes]`, predictions of the same shape. Source: Keras's `FBetaScore`.
 */
export class FBetaScore extends Metric {
  static readonly className: string = 'FBetaScore'
  static override readonly options: OptionKeys<FBetaScoreOptions> = {
    ...Metric.options,
    average: true,
    threshold: true,
    beta: true,
  }
  override readonly direction = 'up'
  readonly beta: number
  private counts: FScoreCounts | undefined

  constructor(private readonly options: FBetaScoreOptions = {}) {
    super(options.name ?? 'fbeta_score')
    checkOptions(options, this.className, undefined, new.target.options)
    const { average, threshold, beta = 1 } = options
    if (average !== undefined) oneOf(average, ['micro', 'macro', 'weighted'], `${this.name}: average`)
    if (!(beta > 0)) throw new ArgumentError(`${this.name}: expected beta above 0, received ${String(beta)}.`)
    if (threshold !== undefined && !(threshold > 0 && threshold <= 1)) {
      throw new ArgumentError(
        `${this.name}: expected a threshold above 0 and at most 1, received ${String(threshold)}.`,
      )
    }
    this.beta = beta
  }

  override get needsProbabilities(): boolean {
    return this.options.threshold !== undefined
  }

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    const { shape } = yPred
    if (shape.length !== 2 || yTrue.rank !== 2 || yTrue.shape[1] !== shape[1]) {
      throw new ShapeError(
        `${this.name}: expected labels and predictions [batch, classes], received ${showShape(yTrue.shape)} and ` +
          `${showShape(shape)}. ${adviceFor(yTrue.shape, shape)}`,
      )
    }
    this.counts ??= this.build(shape[1])
    const labels = cast(yTrue, 'float32')
    const predicted = cast(this.decide(yPred), 'float32')
    const weights = sampleWeight && alignWeights(this.name, cast(sampleWeight, 'float32'), shape)
    const axis = this.options.average === 'micro' ? undefined : 0
    const count = (state: Variable, values: Tensor) => {
      const weighted = weights ? multiply(values, weights) : values
      state.assign(add(state.value(), sum(weighted, { axis })))
    }
    count(this.counts.truePositives, multiply(predicted, labels))
    count(this.counts.falsePositives, multiply(predicted, subtract(1, labels)))
    count(this.counts.falseNegatives, multiply(subtract(1, predicted), labels))
    count(this.counts.labels, labels)
  }

  /** Of rank 0 if averaged, else `[classes]`. */
  override result(): Tensor {
    const { counts, beta } = this
    if (!counts) return zeros([])
    const hits = counts.truePositives.value()
    const share = (errors: Variable) => divide(hits, add(add(hits, errors.value()), EPSILON))
    const [precision, recall] = [share(counts.falsePositives), share(counts.falseNegatives)]
    const ratio = divide(
      multiply(precision, recall),
      add(add(multiply(beta * beta, precision), recall), EPSILON),
    )
    const scores = multiply(1 + beta * beta, ratio)
    switch (this.options.average) {
      case undefined:
        return scores
      case 'weighted': {
        const labels = counts.labels.value()
        return sum(multiply(scores, divide(labels, add(sum(labels), EPSILON))))
      }
      case 'micro':
      case 'macro':
        return mean(scores)
    }
  }

  /** Which classes a sample is said to have. */
  private decide(yPred: Tensor): Tensor {
    const { threshold } = this.options
    if (threshold !== undefined) return greater(yPred, threshold)
    const isLargest = greaterEqual(yPred, max(yPred, { axis: -1, keepDims: true }))
    return logicalAnd(isLargest, greater(abs(yPred), 1e-9))
  }

  private build(classes: number): FScoreCounts {
    const shape = this.options.average === 'micro' ? [] : [classes]
    return {
      truePositives: this.addState('true_positives', shape),
      falsePositives: this.addState('false_positives', shape),
      falseNegatives: this.addState('false_negatives', shape),
      labels: this.addState('intermediate_weights', shape),
    }
  }

  override getConfig(): Config {
    const { average, threshold } = this.options
    return {
      ...super.getConfig(),
      average: average ?? null,
      beta: this.beta,
      threshold: threshold ?? null,
    }
  }
}

interface FScoreCounts {
  readonly truePositives: Variable
  readonly falsePositives: Variable
  readonly falseNegatives: Variable
  readonly labels: Variable
}

/** `2 precision recall / (precision + recall)` for each class: the F-beta score in which both count alike. */
export class F1Score extends FBetaScore {
  static override readonly className = 'F1Score'
  static override readonly options: OptionKeys<F1ScoreOptions> & typeof FBetaScore.options = {
    ...FBetaScore.options,
    beta: false,
  }

  constructor(options: F1ScoreOptions = {}) {
    const { name = 'f1_score', average, threshold } = checkedOptions(options, new.target)
    super({ name, average, threshold })
  }

  override getConfig(): Config {
    const { beta: _, ...config } = super.getConfig()
    return config
  }
}

/** How labels get the shape of the predictions. */
const adviceFor = (labels: Shape, predictions: Shape): string =>
  labels.length === 1 && predictions.at(-1) === 1
    ? 'Give labels of shape [batch, 1], such as y.map((label) => [label]). One output needs a threshold too, such as 0.5.'
    : 'For class numbers, use utils.toCategorical(y, classes).'
