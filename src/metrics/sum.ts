import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { sum as sumOf } from '../ops/sum.js'
import { checkedOptions } from '../utils/checkOptions.js'
import { Metric, type MetricOptions } from './metric.js'
import { samplewise } from './samplewise.js'

/** The weighted sum of values, 0 before the first (Keras's `Sum`). */
export class Sum extends Metric {
  static readonly className = 'Sum'
  private readonly total = this.addState('total')

  constructor(options: MetricOptions = {}) {
    const { name = 'sum' } = checkedOptions(options, new.target)
    super(name)
  }

  /** Takes in values of any rank, with weights whose axes are the first axes of the values. */
  update(values: Tensor, weight?: Tensor): void {
    const each = samplewise(this.name, values, weight, sumOf)
    this.total.assign(add(this.total.value(), sumOf(each.values)))
  }

  /** The values are `yPred`; targets do not count. */
  override updateState(_yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    this.update(yPred, sampleWeight)
  }

  override result(): Tensor {
    return this.total.value()
  }
}
