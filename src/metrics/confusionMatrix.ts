import { ArgumentError, ShapeError } from '../errors.js'
import { sameShape, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { alignedShapes, alignWeights } from '../losses/align.js'
import { add } from '../ops/add.js'
import { argmax } from '../ops/argmax.js'
import { broadcastTo } from '../ops/broadcastTo.js'
import { cast } from '../ops/cast.js'
import { greater } from '../ops/greater.js'
import { greaterEqual } from '../ops/greaterEqual.js'
import { less } from '../ops/less.js'
import { logicalAnd } from '../ops/logicalAnd.js'
import { multiply } from '../ops/multiply.js'
import { reshape } from '../ops/reshape.js'
import { scatterAdd } from '../ops/scatterAdd.js'
import { asTensor, zeros } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { Metric, type MetricOptions } from './metric.js'

/**
 * A confusion matrix `[classes, classes]` (row: label, column: prediction) with class numbers of any shape counted into it,
 * each as often as its weight says. Numbers that are no class are left out.
 */
export function addToConfusionMatrix(
  what: string,
  matrix: Tensor,
  { labels, predictions, weights }: { labels: Tensor; predictions: Tensor; weights?: Tensor },
): Tensor {
  const [classes] = matrix.shape
  const [shape, predictedShape] = alignedShapes(labels.shape, predictions.shape)
  if (!sameShape(shape, predictedShape)) {
    throw new ShapeError(
      `${what}: expected as many labels as predicted classes, received shapes ${showShape(labels.shape)} and ` +
        `${showShape(predictions.shape)}.`,
    )
  }
  const [row, column] = [cast(reshape(labels, shape), 'int32'), cast(reshape(predictions, shape), 'int32')]
  const isClass = (x: Tensor) => logicalAnd(greaterEqual(x, 0), less(x, classes))
  // An index outside is dropped.
  const cell = where(logicalAnd(isClass(row), isClass(column)), add(multiply(row, classes), column), -1)
  const given = weights ? cast(weights, 'float32') : asTensor(1)
  const each = broadcastTo(alignWeights(what, given, shape), shape)
  const cells = scatterAdd(reshape(matrix, [classes * classes]), reshape(cell, [-1]), reshape(each, [-1]))
  return reshape(cells, matrix.shape)
}

export interface ConfusionMatrixOptions extends MetricOptions {
  /** Default: the size of the predictions' last axis, or 2 if that is 1. */
  readonly numClasses?: number
  /** Above it a prediction of one unit means class 1. Default: 0.5. */
  readonly threshold?: number
}

/**
 * How often samples of each class (row) are taken for each class (column): `[classes, classes]`. Predictions are
 * `[batch, classes]`, of which the largest counts, or `[batch, 1]`, cut at a threshold; labels are one-hot or class numbers.
 * Keras has no such metric; scikit-learn's `confusion_matrix` counts the same.
 * @example
 * const matrix = new metrics.ConfusionMatrix()
 * model.compile({ loss, optimizer, metrics: [matrix] })
 * await model.evaluate(x, y)
 * console.log(await matrix.result().array())
 */
export class ConfusionMatrix extends Metric {
  static readonly className = 'ConfusionMatrix'
  static override readonly options: OptionKeys<ConfusionMatrixOptions> = {
    ...Metric.options,
    numClasses: true,
    threshold: true,
  }
  private readonly numClasses: number | undefined
  private readonly threshold: number
  private matrix: Variable | undefined

  constructor(options: ConfusionMatrixOptions = {}) {
    const { name = 'confusion_matrix', numClasses, threshold = 0.5 } = checkedOptions(options, new.target)
    super(name)
    this.numClasses = numClasses
    this.threshold = threshold
    if (numClasses !== undefined) this.matrix = this.build(numClasses)
  }

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    const width = yPred.rank > 1 ? yPred.shape[yPred.rank - 1] : 1
    const classes = this.numClasses ?? (width === 1 ? 2 : width)
    if (width > 1 && width !== classes) {
      throw new ShapeError(
        `${this.name}: expected predictions [batch, ${classes}], received ${showShape(yPred.shape)}.`,
      )
    }
    const isOneHot = width > 1 && sameShape(yTrue.shape, yPred.shape)
    this.matrix ??= this.build(classes)
    const matrix = addToConfusionMatrix(this.name, this.matrix.value(), {
      labels: isOneHot ? argmax(yTrue, { axis: -1 }) : yTrue,
      predictions: width > 1 ? argmax(yPred, { axis: -1 }) : cast(greater(yPred, this.threshold), 'int32'),
      weights: sampleWeight,
    })
    this.matrix.assign(matrix)
  }

  override result(): Tensor {
    return this.matrix?.value() ?? zeros([0, 0])
  }

  /** A matrix is no number for logs. */
  override logValue(): undefined {}

  private build(classes: number): Variable {
    if (!Number.isInteger(classes) || classes < 2) {
      throw new ArgumentError(`${this.name}: expected numClasses of 2 or more, received ${String(classes)}.`)
    }
    return this.addState('total_confusion_matrix', [classes, classes])
  }

  override getConfig(): Config {
    return { ...super.getConfig(), num_classes: this.numClasses ?? null, threshold: this.threshold }
  }
}
