import { parameter } from '../graph/node.js'
import type { TensorType } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { maskOf } from '../layers/masks.js'
import { divideNoNaN } from '../losses/divideNoNaN.js'
import { add } from '../ops/add.js'
import { mean as meanOf } from '../ops/mean.js'
import { sum } from '../ops/sum.js'
import { checkedOptions } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { expectTensor } from '../utils/expectTensor.js'
import { toSnakeCase } from '../utils/naming.js'
import { Metric, type MetricOptions } from './metric.js'
import { samplewise } from './samplewise.js'

/** The weighted mean of values: `sum(values * weights) / sum(weights)`, 0 before the first (Keras's `Mean`). */
export class Mean extends Metric {
  static readonly className: string = 'Mean'
  private readonly total = this.addState('total')
  private readonly count = this.addState('count')

  constructor(options: MetricOptions = {}) {
    const { name = 'mean' } = checkedOptions(options, new.target)
    super(name)
  }

  /**
   * Takes in values of rank 0, or `[batch, ...]`, where each sample counts once with the mean of its values.
   * @param weight weights whose axes are the first axes of the values; or one of rank 0, which counts as often as it says
   * with the mean of all values
   * @param mask which values count, with axes as those of weights. Default: all
   */
  update(values: Tensor, weight?: Tensor, mask?: Tensor): void {
    const each = samplewise(this.name, values, weight, meanOf, mask)
    const counted = each.weights ? sum(each.weights) : each.values.size
    this.total.assign(add(this.total.value(), sum(each.values)))
    this.count.assign(add(this.count.value(), counted))
  }

  /** The values are `yPred`; targets do not count. */
  override updateState(_yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    this.update(yPred, sampleWeight)
  }

  override result(): Tensor {
    return divideNoNaN(this.total.value(), this.count.value())
  }
}

/** A metric's value for each sample: targets and predictions to `[batch]` or `[batch, ...]`. */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor

/** The mean over samples of a function of targets and predictions. What the predictions' mask leaves out does not count. */
export class MeanOfFunction extends Mean {
  constructor(
    readonly fn: MetricFunction,
    name: string,
  ) {
    super({ name })
  }

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    this.update(this.valuesFor(yTrue, yPred), sampleWeight, maskOf(yPred))
  }

  override couplesSamples(yTrue: TensorType, yPred: TensorType): boolean {
    return this.valuesFor(parameter('yTrue', yTrue), parameter('yPred', yPred)).rank === 0
  }

  private valuesFor(yTrue: Tensor, yPred: Tensor): Tensor {
    return expectTensor(this.fn(yTrue, yPred), `metric '${this.name}'`)
  }
}

/** The mean over samples of a user's function of targets and predictions (Keras's `MeanMetricWrapper`). */
export class MeanMetricWrapper extends MeanOfFunction {
  static override readonly className = 'MeanMetricWrapper'

  /** @param options `name` defaults to the function's in snake case */
  constructor(fn: MetricFunction, options: MetricOptions = {}) {
    super(fn, options.name ?? (toSnakeCase(fn.name) || 'mean_metric_wrapper'))
  }

  override getConfig(): Config {
    return { ...super.getConfig(), fn: this.fn.name }
  }
}
