import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { divideNoNaN } from '../losses/divideNoNaN.js'
import { add } from '../ops/add.js'
import { reshape } from '../ops/reshape.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { toSnakeCase } from '../utils/naming.js'
import { Metric, type MetricOptions } from './metric.js'
import {
  countAtThresholds,
  parseThresholds,
  type SelectionOptions,
  type ThresholdOptions,
} from './thresholds.js'

/** With `topK` and no thresholds, the `topK` largest predictions of a sample mean yes. */
export interface PrecisionRecallOptions extends MetricOptions, ThresholdOptions, SelectionOptions {}

/** The share of true positives among them and one kind of error. */
abstract class ShareOfTruePositives extends Metric {
  static override readonly options: OptionKeys<PrecisionRecallOptions> = {
    ...Metric.options,
    thresholds: true,
    topK: true,
    classId: true,
  }
  override readonly direction = 'up'
  private readonly thresholds: readonly number[]
  private readonly truePositives: Variable
  private readonly errors: Variable

  constructor(
    private readonly error: 'falsePositives' | 'falseNegatives',
    private readonly options: PrecisionRecallOptions,
  ) {
    super(options.name)
    checkOptions(options, this.className, undefined, new.target.options)
    this.thresholds = parseThresholds(this.name, options)
    this.truePositives = this.addState('true_positives', [this.thresholds.length])
    this.errors = this.addState(toSnakeCase(error), [this.thresholds.length])
  }

  override get needsProbabilities(): boolean {
    return this.options.topK === undefined || this.options.thresholds !== undefined
  }

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    const { topK, classId } = this.options
    const { thresholds, truePositives, errors } = this
    const counts = countAtThresholds(this.name, yTrue, yPred, { thresholds, topK, classId, sampleWeight })
    truePositives.assign(add(truePositives.value(), counts.truePositives))
    errors.assign(add(errors.value(), counts[this.error]))
  }

  /** Of rank 0 for one threshold, else `[thresholds]`; 0 where there is nothing to divide by. */
  override result(): Tensor {
    const hits = this.truePositives.value()
    const shares = divideNoNaN(hits, add(hits, this.errors.value()))
    return shares.size === 1 ? reshape(shares, []) : shares
  }

  override getConfig(): Config {
    const { thresholds, topK, classId } = this.options
    return {
      ...super.getConfig(),
      thresholds: thresholds ?? null,
      top_k: topK ?? null,
      class_id: classId ?? null,
    }
  }
}

/** `true positives / (true positives + false positives)`: how many of the predicted positives are right. */
export class Precision extends ShareOfTruePositives {
  static readonly className = 'Precision'

  constructor(options: PrecisionRecallOptions = {}) {
    super('falsePositives', options)
  }
}

/** `true positives / (true positives + false negatives)`: how many of the positives are found. */
export class Recall extends ShareOfTruePositives {
  static readonly className = 'Recall'

  constructor(options: PrecisionRecallOptions = {}) {
    super('falseNegatives', options)
  }
}
