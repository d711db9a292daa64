import { ArgumentError, ShapeError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { align, alignWeights } from '../losses/align.js'
import { abs } from '../ops/abs.js'
import { add } from '../ops/add.js'
import { broadcastTo } from '../ops/broadcastTo.js'
import { cast } from '../ops/cast.js'
import { divide } from '../ops/divide.js'
import { equal } from '../ops/equal.js'
import { greaterEqual } from '../ops/greaterEqual.js'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { notEqual } from '../ops/notEqual.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import { asTensor, zeros } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { oneOf } from '../utils/oneOf.js'
import { Metric, type MetricOptions } from './metric.js'

export interface R2ScoreOptions extends MetricOptions {
  /**
   * How the outputs' scores become one: `'uniform_average'` their mean (the default), `'variance_weighted_average'` their
   * mean weighted with the variance of the targets, `'none'` not at all.
   */
  readonly classAggregation?: 'uniform_average' | 'variance_weighted_average' | 'none'
  /** How many regressors the adjusted score takes into account; 0 (the default) gives the plain score. */
  readonly numRegressors?: number
}

/**
 * The coefficient of determination `1 - sum (y - p)^2 / sum (y - mean(y))^2`: 1 for perfect predictions, 0 for always saying
 * the mean. Targets and predictions `[batch, outputs]`. With regressors it is adjusted to
 * `1 - (1 - R^2) (n - 1) / (n - regressors - 1)`, where n counts the targets of nonzero weight. Source: Keras's `R2Score`.
 */
export class R2Score extends Metric {
  static readonly className = 'R2Score'
  static override readonly options: OptionKeys<R2ScoreOptions> = {
    ...Metric.options,
    classAggregation: true,
    numRegressors: true,
  }
  override readonly direction = 'up'
  private readonly classAggregation: 'uniform_average' | 'variance_weighted_average' | 'none'
  private readonly numRegressors: number
  private readonly numSamples = this.addState('num_samples')
  private sums: R2Sums | undefined

  constructor(options: R2ScoreOptions = {}) {
    const { name = 'r2_score', classAggregation, numRegressors = 0 } = checkedOptions(options, new.target)
    super(name)
    this.classAggregation = oneOf(
      classAggregation ?? 'uniform_average',
      ['uniform_average', 'variance_weighted_average', 'none'],
      `${name}: classAggregation`,
    )
    if (!Number.isInteger(numRegressors) || numRegressors < 0) {
      throw new ArgumentError(
        `${name}: expected numRegressors of 0 or more, received ${String(numRegressors)}.`,
      )
    }
    this.numRegressors = numRegressors
  }

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    const [targets, predictions] = align(cast(yTrue, 'float32'), cast(yPred, 'float32'))
    if (targets.rank !== 2 || predictions.rank !== 2) {
      throw new ShapeError(
        `${this.name}: expected targets and predictions [batch, outputs], received ${showShape(yTrue.shape)} and ` +
          `${showShape(yPred.shape)}.`,
      )
    }
    this.sums ??= this.build(predictions.shape[1])
    const { squaredSum, sum: total, residual, count } = this.sums
    const given = sampleWeight ? cast(sampleWeight, 'float32') : asTensor(1)
    const weights = broadcastTo(alignWeights(this.name, given, targets.shape), targets.shape)
    const weighted = multiply(targets, weights)
    const accumulate = (state: Variable, values: Tensor) =>
      state.assign(add(state.value(), sum(values, { axis: 0 })))
    accumulate(total, weighted)
    accumulate(squaredSum, multiply(targets, weighted))
    accumulate(residual, multiply(square(subtract(targets, predictions)), weights))
    accumulate(count, weights)
    const counted = sum(cast(notEqual(weights, 0), 'float32'))
    this.numSamples.assign(add(this.numSamples.value(), counted))
  }

  /** Of rank 0, or `[outputs]` without aggregation. */
  override result(): Tensor {
    if (!this.sums) return zeros([])
    const [squaredSum, total, residual, count] = [
      this.sums.squaredSum.value(),
      this.sums.sum.value(),
      this.sums.residual.value(),
      this.sums.count.value(),
    ]
    const variation = subtract(squaredSum, multiply(total, divide(total, count)))
    const raw = subtract(1, divide(residual, variation))
    const scores = where(equal(abs(raw), Infinity), 0, raw)
    const score = {
      none: () => scores,
      uniform_average: () => mean(scores),
      variance_weighted_average: () => divide(sum(multiply(variation, scores)), sum(variation)),
    }[this.classAggregation]()
    return this.numRegressors === 0 ? score : this.adjusted(score)
  }

  /** With as many regressors as samples or more, the score stays as it is. */
  private adjusted(score: Tensor): Tensor {
    const others = subtract(this.numSamples.value(), 1)
    const free = subtract(others, this.numRegressors)
    const adjusted = subtract(1, divide(multiply(subtract(1, score), others), free))
    return where(greaterEqual(this.numRegressors, others), score, adjusted)
  }

  private build(outputs: number): R2Sums {
    return {
      squaredSum: this.addState('squared_sum', [outputs]),
      sum: this.addState('sum', [outputs]),
      residual: this.addState('residual', [outputs]),
      count: this.addState('count', [outputs]),
    }
  }

  override getConfig(): Config {
    const { classAggregation, numRegressors } = this
    return {
      ...super.getConfig(),
      class_aggregation: classAggregation === 'none' ? null : classAggregation,
      num_regressors: numRegressors,
    }
  }
}

interface R2Sums {
  readonly squaredSum: Variable
  readonly sum: Variable
  readonly residual: Variable
  readonly count: Variable
}
