import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { divide } from '../ops/divide.js'
import { equal } from '../ops/equal.js'
import { mean as meanOf } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { sum } from '../ops/sum.js'
import { asTensor } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { Metric } from './metric.js'

/** The weighted mean of values: `sum(values * weights) / sum(weights)`, 0 before the first (Keras's `Mean`). */
export class Mean extends Metric {
  static readonly className: string = 'Mean'
  private readonly total = this.addState('total')
  private readonly count = this.addState('count')

  /**
   * Takes in values of rank 0, or `[batch, ...]`, where each sample counts once with the mean of its values.
   * @param weight a weight for each sample `[batch]`, or one of rank 0 for all
   */
  update(values: Tensor, weight?: Tensor): void {
    const perSample =
      values.rank > 1 ? meanOf(values, { axis: values.shape.map((_, axis) => axis).slice(1) }) : values
    const weights = weight ?? asTensor(1)
    const weighted = weight ? multiply(cast(perSample, 'float32'), weight) : cast(perSample, 'float32')
    const samples = weights.rank === 0 ? multiply(weights, perSample.size) : sum(weights)
    this.total.assign(add(this.total.value(), sum(weighted)))
    this.count.assign(add(this.count.value(), samples))
  }

  /** The values are `yPred`; targets do not count. */
  override updateState(_yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    this.update(yPred, sampleWeight)
  }

  override result(): Tensor {
    const [total, count] = [this.total.value(), this.count.value()]
    const isEmpty = equal(count, 0)
    return where(isEmpty, 0, divide(total, where(isEmpty, 1, count)))
  }
}

/** A metric's value for each sample: targets and predictions to `[batch]` or `[batch, ...]`. */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor

/** The mean over samples of a function of targets and predictions (Keras's `MeanMetricWrapper`). */
export class MeanOfFunction extends Mean {
  static override readonly className: string = 'MeanMetricWrapper'

  constructor(
    readonly fn: MetricFunction,
    name: string,
  ) {
    super(name)
  }

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    this.update(this.fn(yTrue, yPred), sampleWeight)
  }
}
