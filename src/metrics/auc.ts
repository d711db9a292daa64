import { ArgumentError, ShapeError } from '../errors.js'
import { type Shape, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { divideNoNaN } from '../losses/divideNoNaN.js'
import { EPSILON } from '../losses/epsilon.js'
import { add } from '../ops/add.js'
import { equal } from '../ops/equal.js'
import { greater } from '../ops/greater.js'
import { log } from '../ops/log.js'
import { logicalAnd } from '../ops/logicalAnd.js'
import { maximum } from '../ops/maximum.js'
import { mean } from '../ops/mean.js'
import { minimum } from '../ops/minimum.js'
import { multiply } from '../ops/multiply.js'
import { sigmoid } from '../ops/sigmoid.js'
import { sliceAxis } from '../ops/slice.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import { tensor, zeros } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { oneOf } from '../utils/oneOf.js'
import { ConfusionState } from './confusionState.js'
import { Metric, type MetricOptions } from './metric.js'
import { areEven, countAtThresholds, parseThresholds } from './thresholds.js'

/** `ROC`: true positive rate over false positive rate. `PR`: precision over recall. `PRGAIN`: their gains. */
export type AUCCurve = 'ROC' | 'PR' | 'PRGAIN'

/** Between two thresholds: a straight line (for PR as Davis and Goadrich do), the larger value, or the smaller one. */
export type AUCSummation = 'interpolation' | 'majoring' | 'minoring'

export interface AUCOptions extends MetricOptions {
  /** How many thresholds, evenly from 0 to 1, the curve is made of; 2 or more. Default: 200. */
  readonly numThresholds?: number
  /** Default: `'ROC'`. */
  readonly curve?: AUCCurve
  /** How the area is summed. Default: `'interpolation'`. */
  readonly summationMethod?: AUCSummation
  /** Thresholds from 0 to 1 in place of even ones; 0 and 1 are added. */
  readonly thresholds?: readonly number[]
  /** Whether there is one curve for each label, whose areas are averaged; else all labels make one. Default: false. */
  readonly multiLabel?: boolean
  /** How many labels there are with `multiLabel`. Default: looked up in the first batch. */
  readonly numLabels?: number
  /** A weight for each label. Default: all 1. */
  readonly labelWeights?: readonly number[]
  /** Whether predictions are logits, of which the sigmoid is taken. Default: false, probabilities. */
  readonly fromLogits?: boolean
}

/**
 * The area under a curve of true and false positives (ROC) or of precision and recall (PR), from counts at each threshold
 * that batches add to: an approximation which more thresholds make better. Source: Keras's `AUC`.
 * @example new metrics.AUC({ curve: 'PR', name: 'pr_auc' })
 */
export class AUC extends Metric {
  static readonly className = 'AUC'
  static override readonly options: OptionKeys<AUCOptions> = {
    ...Metric.options,
    numThresholds: true,
    curve: true,
    summationMethod: true,
    thresholds: true,
    multiLabel: true,
    numLabels: true,
    labelWeights: true,
    fromLogits: true,
  }
  override readonly direction = 'up'
  private readonly thresholds: readonly number[]
  private readonly evenly: boolean
  private readonly curve: AUCCurve
  private readonly summationMethod: AUCSummation
  private counts: ConfusionState | undefined

  constructor(private readonly options: AUCOptions = {}) {
    super(options.name)
    checkOptions(options, this.className, undefined, new.target.options)
    const { numThresholds = 200, thresholds, multiLabel = false, numLabels } = options
    const upper = (options.curve ?? 'ROC').toUpperCase() as AUCCurve
    this.curve = oneOf(upper, ['ROC', 'PR', 'PRGAIN'], `${this.name}: curve`)
    this.summationMethod = oneOf(
      options.summationMethod ?? 'interpolation',
      ['interpolation', 'majoring', 'minoring'],
      `${this.name}: summationMethod`,
    )
    if (!thresholds && !(Number.isInteger(numThresholds) && numThresholds > 1)) {
      throw new ArgumentError(
        `${this.name}: expected numThresholds of 2 or more, received ${String(numThresholds)}.`,
      )
    }
    if (numLabels !== undefined && !multiLabel) {
      throw new ArgumentError(
        `${this.name}: numLabels is for multiLabel: true, received ${numLabels} without it.`,
      )
    }
    const inner = thresholds
      ? parseThresholds(this.name, { thresholds }).toSorted((a, b) => a - b)
      : Array.from({ length: numThresholds - 2 }, (_, i) => (i + 1) / (numThresholds - 1))
    // The outer thresholds lie outside, so that the curve begins with all predictions and ends with none.
    this.thresholds = [-EPSILON, ...inner, 1 + EPSILON]
    this.evenly = thresholds ? areEven([0, ...inner, 1]) : true
    if (!multiLabel) this.build([])
    else if (numLabels !== undefined) this.build([numLabels])
  }

  override get needsProbabilities(): boolean {
    return !this.options.fromLogits
  }

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    const { multiLabel = false, fromLogits = false, labelWeights } = this.options
    if (multiLabel && yPred.rank !== 2) {
      throw new ShapeError(
        `${this.name}: multiLabel: true needs predictions [batch, labels], received ${showShape(yPred.shape)}.`,
      )
    }
    const { thresholds, evenly } = this
    const counts = this.counts ?? this.build(yPred.shape.slice(1))
    counts.add(
      countAtThresholds(this.name, yTrue, fromLogits ? sigmoid(yPred) : yPred, {
        thresholds,
        evenly,
        multiLabel,
        sampleWeight,
        labelWeights: multiLabel ? undefined : labelWeights,
      }),
    )
  }

  override result(): Tensor {
    const { counts } = this
    if (!counts) return zeros([])
    const pieces =
      this.curve === 'PR' && this.summationMethod === 'interpolation'
        ? interpolatedPrecision(counts)
        : this.trapezoids(counts)
    if (!this.options.multiLabel) return sum(pieces)
    const areas = sum(pieces, { axis: 0 })
    const { labelWeights } = this.options
    if (!labelWeights) return mean(areas)
    const weights = tensor(labelWeights)
    return divideNoNaN(sum(multiply(areas, weights)), sum(weights))
  }

  /** The areas between thresholds, with x falling from the first threshold to the last. */
  private trapezoids(counts: ConfusionState): Tensor {
    const { x, y } = points[this.curve](counts)
    return multiply(subtract(before(x), after(x)), heights[this.summationMethod](before(y), after(y)))
  }

  private build(labels: Shape): ConfusionState {
    const shape = [this.thresholds.length, ...labels]
    this.counts = new ConfusionState((name) => this.addState(name, shape))
    return this.counts
  }

  override getConfig(): Config {
    const { multiLabel = false, numLabels, labelWeights, fromLogits = false, thresholds } = this.options
    return {
      ...super.getConfig(),
      num_thresholds: this.thresholds.length,
      curve: this.curve,
      summation_method: this.summationMethod,
      multi_label: multiLabel,
      num_labels: numLabels ?? null,
      label_weights: labelWeights ?? null,
      from_logits: fromLogits,
      ...(thresholds ? { thresholds: this.thresholds.slice(1, -1) } : {}),
    }
  }
}

/** Values at all thresholds but the last, and at all but the first. */
const before = (x: Tensor): Tensor => sliceAxis(x, 0, 0, -1)
const after = (x: Tensor): Tensor => sliceAxis(x, 0, 1)

const heights: Record<AUCSummation, (a: Tensor, b: Tensor) => Tensor> = {
  interpolation: (a, b) => multiply(0.5, add(a, b)),
  majoring: maximum,
  minoring: minimum,
}

const points: Record<AUCCurve, (counts: ConfusionState) => { readonly x: Tensor; readonly y: Tensor }> = {
  ROC: ({ falsePositiveRate, recall }) => ({ x: falsePositiveRate, y: recall }),
  PR: ({ recall, precision }) => ({ x: recall, y: precision }),
  PRGAIN: gains,
}

/** Precision and recall on the scale of gain over saying yes to all. Source: Flach and Kull 2015. */
function gains({ truePositives, falsePositives, trueNegatives, falseNegatives }: ConfusionState) {
  const odds = divideNoNaN(add(truePositives, falseNegatives), add(trueNegatives, falsePositives))
  const gain = (errors: Tensor) => subtract(1, multiply(odds, divideNoNaN(errors, truePositives)))
  const isEmpty = equal(truePositives, 0)
  return {
    x: maximum(where(isEmpty, 0, gain(falseNegatives)), 0),
    y: where(isEmpty, 1, gain(falsePositives)),
  }
}

/**
 * Pieces of the area under precision over recall, where between two thresholds true positives grow in proportion to
 * predicted positives, and precision is no straight line. Source: Davis and Goadrich 2006, as in Keras.
 */
function interpolatedPrecision({ truePositives, falsePositives, falseNegatives }: ConfusionState): Tensor {
  const predicted = add(truePositives, falsePositives)
  const [first, second] = [before(predicted), after(predicted)]
  const hits = subtract(before(truePositives), after(truePositives))
  const slope = divideNoNaN(hits, maximum(subtract(first, second), 0))
  const intercept = subtract(after(truePositives), multiply(slope, second))
  const isUsable = logicalAnd(greater(first, 0), greater(second, 0))
  const ratio = where(isUsable, divideNoNaN(first, maximum(second, 0)), 1)
  const area = multiply(slope, add(hits, multiply(intercept, log(ratio))))
  return divideNoNaN(area, maximum(add(after(truePositives), after(falseNegatives)), 0))
}
