import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { greaterEqual } from '../ops/greaterEqual.js'
import { max } from '../ops/max.js'
import { where } from '../ops/where.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { ConfusionState } from './confusionState.js'
import { Metric, type MetricOptions } from './metric.js'
import { countAtThresholds } from './thresholds.js'

export interface OperatingPointOptions extends MetricOptions {
  /** How many thresholds, evenly from 0 to 1, are tried. Default: 200. */
  readonly numThresholds?: number
  /** Look at the labels and predictions of this class alone. Default: at all. */
  readonly classId?: number
}

/** The best value of one rate among the thresholds at which another is at least as large as asked for, 0 if none is. */
abstract class OperatingPoint extends Metric {
  static override readonly options: OptionKeys<OperatingPointOptions> = {
    ...Metric.options,
    numThresholds: true,
    classId: true,
  }
  override readonly direction = 'up'
  readonly numThresholds: number
  readonly classId: number | undefined
  private readonly thresholds: readonly number[]
  protected readonly counts: ConfusionState

  constructor(
    private readonly constraint: string,
    private readonly least: number,
    options: OperatingPointOptions,
  ) {
    const { name, numThresholds = 200, classId } = checkedOptions(options, new.target)
    super(name)
    if (!(least >= 0 && least <= 1)) {
      throw new ArgumentError(
        `${this.name}: expected a ${constraint} from 0 to 1, received ${String(least)}.`,
      )
    }
    if (!Number.isInteger(numThresholds) || numThresholds < 1) {
      throw new ArgumentError(
        `${this.name}: expected numThresholds of 1 or more, received ${String(numThresholds)}.`,
      )
    }
    this.numThresholds = numThresholds
    this.classId = classId
    this.thresholds =
      numThresholds === 1 ? [0.5] : Array.from({ length: numThresholds }, (_, i) => i / (numThresholds - 1))
    this.counts = new ConfusionState((state) => this.addState(state, [numThresholds]))
  }

  override get needsProbabilities(): boolean {
    return true
  }

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    const { thresholds, classId } = this
    const evenly = thresholds.length > 1
    this.counts.add(countAtThresholds(this.name, yTrue, yPred, { thresholds, evenly, classId, sampleWeight }))
  }

  protected bestWhere(constrained: Tensor, wanted: Tensor): Tensor {
    return max(where(greaterEqual(constrained, this.least), wanted, 0))
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      class_id: this.classId ?? null,
      num_thresholds: this.numThresholds,
      [this.constraint]: this.least,
    }
  }
}

/** The best sensitivity (recall) where the specificity is at least as large as asked for. */
export class SensitivityAtSpecificity extends OperatingPoint {
  static readonly className = 'SensitivityAtSpecificity'

  /** @param specificity from 0 to 1 */
  constructor(specificity: number, options: OperatingPointOptions = {}) {
    super('specificity', specificity, options)
  }

  override result(): Tensor {
    return this.bestWhere(this.counts.specificity, this.counts.recall)
  }
}

/** The best specificity where the sensitivity (recall) is at least as large as asked for. */
export class SpecificityAtSensitivity extends OperatingPoint {
  static readonly className = 'SpecificityAtSensitivity'

  /** @param sensitivity from 0 to 1 */
  constructor(sensitivity: number, options: OperatingPointOptions = {}) {
    super('sensitivity', sensitivity, options)
  }

  override result(): Tensor {
    return this.bestWhere(this.counts.recall, this.counts.specificity)
  }
}

/** The best precision where the recall is at least as large as asked for. */
export class PrecisionAtRecall extends OperatingPoint {
  static readonly className = 'PrecisionAtRecall'

  /** @param recall from 0 to 1 */
  constructor(recall: number, options: OperatingPointOptions = {}) {
    super('recall', recall, options)
  }

  override result(): Tensor {
    return this.bestWhere(this.counts.recall, this.counts.precision)
  }
}

/** The best recall where the precision is at least as large as asked for. */
export class RecallAtPrecision extends OperatingPoint {
  static readonly className = 'RecallAtPrecision'

  /** @param precision from 0 to 1 */
  constructor(precision: number, options: OperatingPointOptions = {}) {
    super('precision', precision, options)
  }

  override result(): Tensor {
    return this.bestWhere(this.counts.precision, this.counts.recall)
  }
}
