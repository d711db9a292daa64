import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { reshape } from '../ops/reshape.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { Metric, type MetricOptions } from './metric.js'
import {
  type ConfusionCount,
  countAtThresholds,
  parseThresholds,
  type ThresholdOptions,
} from './thresholds.js'

export interface ConfusionCountOptions extends MetricOptions, ThresholdOptions {}

/** One of the four counts of right and wrong predictions, for each threshold. */
abstract class ConfusionCountMetric extends Metric {
  static override readonly options: OptionKeys<ConfusionCountOptions> = {
    ...Metric.options,
    thresholds: true,
  }
  private readonly thresholds: readonly number[]
  private readonly accumulator

  constructor(
    private readonly counted: ConfusionCount,
    private readonly options: ConfusionCountOptions,
  ) {
    super(options.name)
    checkOptions(options, this.className, undefined, new.target.options)
    this.thresholds = parseThresholds(this.name, options)
    this.accumulator = this.addState('accumulator', [this.thresholds.length])
  }

  override get needsProbabilities(): boolean {
    return true
  }

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    const { thresholds, counted, accumulator } = this
    const counts = countAtThresholds(this.name, yTrue, yPred, { thresholds, sampleWeight })
    accumulator.assign(add(accumulator.value(), counts[counted]))
  }

  /** Of rank 0 for one threshold, else `[thresholds]`. */
  override result(): Tensor {
    const counts = this.accumulator.value()
    return counts.size === 1 ? reshape(counts, []) : counts
  }

  override getConfig(): Config {
    return { ...super.getConfig(), thresholds: this.options.thresholds ?? null }
  }
}

/** The number (or weight) of positives that are predicted: `yPred > threshold` for a label that is not 0. */
export class TruePositives extends ConfusionCountMetric {
  static readonly className = 'TruePositives'

  constructor(options: ConfusionCountOptions = {}) {
    super('truePositives', options)
  }
}

/** The number (or weight) of negatives that are predicted: `yPred <= threshold` for a label of 0. */
export class TrueNegatives extends ConfusionCountMetric {
  static readonly className = 'TrueNegatives'

  constructor(options: ConfusionCountOptions = {}) {
    super('trueNegatives', options)
  }
}

/** The number (or weight) of false alarms: `yPred > threshold` for a label of 0. */
export class FalsePositives extends ConfusionCountMetric {
  static readonly className = 'FalsePositives'

  constructor(options: ConfusionCountOptions = {}) {
    super('falsePositives', options)
  }
}

/** The number (or weight) of misses: `yPred <= threshold` for a label that is not 0. */
export class FalseNegatives extends ConfusionCountMetric {
  static readonly className = 'FalseNegatives'

  constructor(options: ConfusionCountOptions = {}) {
    super('falseNegatives', options)
  }
}
