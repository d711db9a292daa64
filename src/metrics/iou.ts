import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { EPSILON } from '../losses/epsilon.js'
import { add } from '../ops/add.js'
import { argmax } from '../ops/argmax.js'
import { cast } from '../ops/cast.js'
import { divide } from '../ops/divide.js'
import { equal } from '../ops/equal.js'
import { greater } from '../ops/greater.js'
import { greaterEqual } from '../ops/greaterEqual.js'
import { eye } from '../ops/iota.js'
import { multiply } from '../ops/multiply.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import { take } from '../ops/take.js'
import { where } from '../ops/where.js'
import { checkedOptions, checkOptions, type OptionKeys, trustedOptions } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { addToConfusionMatrix } from './confusionMatrix.js'
import { Metric, type MetricOptions } from './metric.js'

export interface MeanIoUOptions extends MetricOptions {
  readonly numClasses: number
  /** A label whose places do not count, often -1 or 255. Default: none. */
  readonly ignoreClass?: number
  /** Whether labels are class numbers; else the largest value along `axis` counts. Default: true. */
  readonly sparseYTrue?: boolean
  /** Whether predictions are class numbers; else the largest value along `axis` counts. Default: true. */
  readonly sparseYPred?: boolean
  /** Where classes lie in labels or predictions that are not class numbers. Default: -1. */
  readonly axis?: number
}

export interface IoUOptions extends MeanIoUOptions {
  /** The classes whose mean is the result. */
  readonly targetClassIds: readonly number[]
}

/**
 * Intersection over union, `true positives / (true positives + false positives + false negatives)`, as the mean over chosen
 * classes, of which those that never occur do not count. Counted in a confusion matrix that batches add to. Weights count
 * with their fractions (Keras cuts them off unless `dtype` is a float). Source: Keras's `IoU`.
 */
export class IoU extends Metric {
  static readonly className: string = 'IoU'
  static override readonly options: OptionKeys<IoUOptions> = {
    ...Metric.options,
    numClasses: true,
    ignoreClass: true,
    sparseYTrue: true,
    sparseYPred: true,
    axis: true,
    targetClassIds: true,
  }
  override readonly direction = 'up'
  private readonly matrix

  constructor(private readonly options: IoUOptions) {
    super(options.name)
    checkOptions(options, this.className, '{ numClasses: 2 }', new.target.options)
    const { numClasses, targetClassIds } = options
    if (!Number.isInteger(numClasses) || numClasses < 1) {
      throw new ArgumentError(
        `${this.name}: expected numClasses of 1 or more, received ${String(numClasses)}.`,
      )
    }
    const wrong = targetClassIds.find((id) => !(Number.isInteger(id) && id >= 0 && id < numClasses))
    if (wrong !== undefined || targetClassIds.length === 0) {
      throw new ArgumentError(
        `${this.name}: expected targetClassIds from 0 to ${numClasses - 1}, received ${wrong ?? 'none'}.`,
      )
    }
    this.matrix = this.addState('total_confusion_matrix', [numClasses, numClasses])
  }

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    const { sparseYTrue = true, sparseYPred = true, axis = -1, ignoreClass } = this.options
    const labels = cast(sparseYTrue ? yTrue : argmax(yTrue, { axis }), 'int32')
    const predictions = sparseYPred ? yPred : argmax(yPred, { axis })
    const matrix = addToConfusionMatrix(this.name, this.matrix.value(), {
      // -1 is no class, and so left out.
      labels: ignoreClass === undefined ? labels : where(equal(labels, ignoreClass), -1, labels),
      predictions,
      weights: sampleWeight,
    })
    this.matrix.assign(matrix)
  }

  override result(): Tensor {
    const matrix = this.matrix.value()
    const diagonal = sum(multiply(matrix, eye(matrix.shape[0])), { axis: 1 })
    const union = subtract(add(sum(matrix, { axis: 0 }), sum(matrix, { axis: 1 })), diagonal)
    const chosen = (x: Tensor) => take(x, Int32Array.from(this.options.targetClassIds))
    const [intersections, unions] = [chosen(diagonal), chosen(union)]
    const occurs = greater(unions, 1e-9)
    const ratios = where(occurs, divide(intersections, add(unions, EPSILON)), 0)
    return divide(sum(ratios), add(cast(sum(occurs), 'float32'), EPSILON))
  }

  override getConfig(): Config {
    const { numClasses, targetClassIds, ignoreClass, sparseYTrue, sparseYPred, axis } = this.options
    return {
      ...super.getConfig(),
      num_classes: numClasses,
      target_class_ids: targetClassIds,
      ignore_class: ignoreClass ?? null,
      sparse_y_true: sparseYTrue ?? true,
      sparse_y_pred: sparseYPred ?? true,
      axis: axis ?? -1,
    }
  }
}

export interface BinaryIoUOptions extends MetricOptions {
  /** The classes whose mean is the result: 0, 1 or both. Default: both. */
  readonly targetClassIds?: readonly number[]
  /** From it on a prediction means class 1. Default: 0.5. */
  readonly threshold?: number
}

/** Intersection over union of two classes, for predictions that are cut at a threshold. */
export class BinaryIoU extends IoU {
  static override readonly className = 'BinaryIoU'
  static override readonly options: OptionKeys<BinaryIoUOptions> & typeof IoU.options = {
    ...IoU.options,
    threshold: true,
    numClasses: false,
    ignoreClass: false,
    sparseYTrue: false,
    sparseYPred: false,
    axis: false,
  }
  private readonly threshold: number

  constructor(options: BinaryIoUOptions = {}) {
    const { name, targetClassIds = [0, 1], threshold = 0.5 } = checkedOptions(options, new.target)
    super(trustedOptions({ name, numClasses: 2, targetClassIds }))
    this.threshold = threshold
  }

  override get needsProbabilities(): boolean {
    return this.threshold > 0 && this.threshold < 1
  }

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    super.updateState(yTrue, greaterEqual(yPred, this.threshold), sampleWeight)
  }

  override getConfig(): Config {
    const { name, dtype, target_class_ids } = super.getConfig()
    return { target_class_ids, threshold: this.threshold, name, dtype }
  }
}

/** Intersection over union as the mean over all classes that occur. */
export class MeanIoU extends IoU {
  static override readonly className: string = 'MeanIoU'
  static override readonly options: OptionKeys<MeanIoUOptions> & typeof IoU.options = {
    ...IoU.options,
    targetClassIds: false,
  }

  constructor(options: MeanIoUOptions) {
    super({
      ...checkedOptions(options, new.target),
      targetClassIds: Array.from({ length: options.numClasses }, (_, i) => i),
    })
  }

  override getConfig(): Config {
    const { target_class_ids: _, ...config } = super.getConfig()
    return config
  }
}

export interface OneHotMeanIoUOptions extends MetricOptions {
  readonly numClasses: number
  /** A label whose places do not count. Default: none. */
  readonly ignoreClass?: number
  /** Whether predictions are class numbers; else the largest value along `axis` counts. Default: false. */
  readonly sparseYPred?: boolean
  /** Where the classes lie. Default: -1. */
  readonly axis?: number
}

export interface OneHotIoUOptions extends OneHotMeanIoUOptions {
  /** The classes whose mean is the result. */
  readonly targetClassIds: readonly number[]
}

/** Intersection over union for one-hot labels and predictions with a value for each class. */
export class OneHotIoU extends IoU {
  static override readonly className = 'OneHotIoU'
  static override readonly options: OptionKeys<OneHotIoUOptions> & typeof IoU.options = {
    ...IoU.options,
    sparseYTrue: false,
  }

  constructor(options: OneHotIoUOptions) {
    super({
      ...checkedOptions(options, new.target),
      sparseYTrue: false,
      sparseYPred: options.sparseYPred ?? false,
    })
  }

  override getConfig(): Config {
    const { sparse_y_true: _, ...config } = super.getConfig()
    return config
  }
}

/** The same as the mean over all classes that occur. */
export class OneHotMeanIoU extends MeanIoU {
  static override readonly className = 'OneHotMeanIoU'
  static override readonly options: OptionKeys<OneHotMeanIoUOptions> & typeof MeanIoU.options = {
    ...MeanIoU.options,
    sparseYTrue: false,
  }

  constructor(options: OneHotMeanIoUOptions) {
    super({
      ...checkedOptions(options, new.target),
      sparseYTrue: false,
      sparseYPred: options.sparseYPred ?? false,
    })
  }

  override getConfig(): Config {
    const { sparse_y_true: _, ...config } = super.getConfig()
    return config
  }
}
