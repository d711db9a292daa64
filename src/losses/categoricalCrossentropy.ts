import { logitsOf } from '../activations/logits.js'
import { ArgumentError, ShapeError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { clip } from '../ops/clip.js'
import { divide } from '../ops/divide.js'
import { log } from '../ops/log.js'
import { multiply } from '../ops/multiply.js'
import { negative } from '../ops/negative.js'
import { logSoftmax } from '../ops/softmax.js'
import { sum } from '../ops/sum.js'
import type { Config } from '../utils/config.js'
import { EPSILON } from './epsilon.js'
import { checkProbabilities, checkSameShape, type Labels, type OutputShape } from './labels.js'
import { Loss, type LossOptions } from './loss.js'

export interface CrossentropySettings {
  /** Whether predictions are logits, before a softmax or sigmoid. Default: false, probabilities. */
  readonly fromLogits?: boolean
  /** From 0 to 1: how much of each label is spread evenly over the classes. Default: 0. */
  readonly labelSmoothing?: number
}

/**
 * `-sum over classes c of yTrue[c] log(yPred[c])`, for each sample: one-hot labels (or probabilities) and predictions
 * `[batch, ..., classes]` to `[batch, ...]`.
 *
 * Probabilities are divided by their sum and clipped to [1e-7, 1 - 1e-7] first. Where they come straight from a softmax,
 * its inputs are used instead, without clipping, as Keras does on TensorFlow: the gradient of a confident mistake stays.
 * Label smoothing `s` turns labels into `yTrue (1 - s) + s / classes`. Source: Keras's `categorical_crossentropy`.
 */
export function categoricalCrossentropy(
  yTrue: Tensor,
  yPred: Tensor,
  { fromLogits = false, labelSmoothing = 0 }: CrossentropySettings = {},
): Tensor {
  if (yTrue.shape.at(-1) !== yPred.shape.at(-1)) {
    throw new ShapeError(
      `categorical_crossentropy: one-hot labels ${showShape(yTrue.shape)} and predictions ${showShape(yPred.shape)} must ` +
        'have the same number of classes on the last axis.',
    )
  }
  const classes = yPred.shape[yPred.rank - 1]
  const labels = cast(yTrue, 'float32')
  const target =
    labelSmoothing === 0 ? labels : add(multiply(labels, 1 - labelSmoothing), labelSmoothing / classes)
  const logits = logitsOf(yPred, 'softmax') ?? (fromLogits ? yPred : undefined)
  const logProbabilities = logits ? logSoftmax(logits) : log(clippedProbabilities(yPred))
  return negative(sum(multiply(target, logProbabilities), { axis: -1 }))
}

function clippedProbabilities(yPred: Tensor): Tensor {
  return clip(divide(yPred, sum(yPred, { axis: -1, keepDims: true })), EPSILON, 1 - EPSILON)
}

export interface CrossentropyOptions extends LossOptions, CrossentropySettings {}

/** Cross-entropy with one-hot labels: see `categoricalCrossentropy` for the formula. */
export class CategoricalCrossentropy extends Loss {
  static readonly className = 'CategoricalCrossentropy'
  readonly fromLogits: boolean
  readonly labelSmoothing: number

  constructor(options: CrossentropyOptions = {}) {
    super(options)
    this.fromLogits = options.fromLogits ?? false
    this.labelSmoothing = smoothing(this.name, options.labelSmoothing ?? 0)
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return categoricalCrossentropy(yTrue, yPred, this)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    const { name, shape } = labels
    const classes = output[output.length - 1]
    if (
      shape.length === output.length - 1 ||
      (shape.length === output.length && shape.at(-1) === 1 && classes > 1)
    ) {
      throw new ShapeError(
        `${this.name}: expected one-hot labels of shape ${showShape(output)}, received ${name} of shape ${showShape(shape)}, ` +
          'which looks like class numbers. Use the loss sparse_categorical_crossentropy for them, or ' +
          `utils.toCategorical(y, ${classes}).`,
      )
    }
    checkSameShape(this.name, labels, output)
    checkProbabilities(this.name, labels, 'One-hot labels are 1 for the right class and 0 for the others.')
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      from_logits: this.fromLogits,
      label_smoothing: this.labelSmoothing,
      axis: -1,
    }
  }
}

/** @throws ArgumentError unless the smoothing lies in [0, 1] */
export function smoothing(loss: string, value: number): number {
  if (!(value >= 0 && value <= 1)) {
    throw new ArgumentError(`${loss}: expected labelSmoothing from 0 to 1, received ${String(value)}.`)
  }
  return value
}
