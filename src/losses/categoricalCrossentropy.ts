import { logitsOf } from '../activations/logits.js'
import { ArgumentError, ShapeError } from '../errors.js'
import { resolveAxis, showShape } from '../graph/shape.js'
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
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { show } from '../utils/show.js'
import { EPSILON } from './epsilon.js'
import { checkOneHot, type Labels, type OutputShape } from './labels.js'
import { Loss, type LossOptions } from './loss.js'

export interface CrossentropySettings {
  /** Whether predictions are logits, before a softmax or sigmoid. Default: false, probabilities. */
  readonly fromLogits?: boolean
  /** From 0 to 1: how much of each label is spread evenly over the classes. Default: 0. */
  readonly labelSmoothing?: number
  /** Where the classes lie. Default: -1. */
  readonly axis?: number
}

export const crossentropySettings: OptionKeys<CrossentropySettings> = {
  fromLogits: true,
  labelSmoothing: true,
  axis: true,
}

/**
 * `-sum over classes c of yTrue[c] ln(yPred[c])`, for each sample: one-hot labels (or probabilities) and predictions
 * `[batch, ..., classes]` to `[batch, ...]`.
 *
 * Probabilities are divided by their sum and clipped to [1e-7, 1 - 1e-7] first. Where they come straight from a softmax,
 * its inputs are used instead, without clipping, as Keras does on TensorFlow: the gradient of a confident mistake stays.
 * Label smoothing `s` turns labels into `yTrue (1 - s) + s / classes`. Source: Keras's `categorical_crossentropy`.
 */
export function categoricalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  settings: CrossentropySettings = {},
): Tensor {
  checkOptions(settings, 'categoricalCrossentropy', undefined, crossentropySettings)
  const { fromLogits = false, labelSmoothing = 0, axis = -1 } = settings
  const [labels, output] = [asTensor(yTrue), asTensor(yPred)]
  const target = smoothedOneHot('categorical_crossentropy', labels, output, { labelSmoothing, axis })
  const logits = softmaxLogits(output, axis) ?? (fromLogits ? output : undefined)
  const logProbabilities = logits ? logSoftmax(logits, { axis }) : log(normalized(output, axis))
  return negative(sum(multiply(target, logProbabilities), { axis }))
}

/**
 * One-hot labels as `float32`, of which a part is spread evenly over the classes.
 * @throws ShapeError if labels and predictions differ in the number of classes
 */
export function smoothedOneHot(
  what: string,
  yTrue: Tensor,
  yPred: Tensor,
  { labelSmoothing, axis }: { readonly labelSmoothing: number; readonly axis: number },
): Tensor {
  const classes = yPred.shape[resolveAxis(axis, yPred.rank, what)]
  if (yTrue.shape.at(axis) !== classes) {
    throw new ShapeError(
      `${what}: one-hot labels ${showShape(yTrue.shape)} and predictions ${showShape(yPred.shape)} must ` +
        `have the same number of classes on ${axis === -1 ? 'the last axis' : `axis ${axis}`}.`,
    )
  }
  const labels = cast(yTrue, 'float32')
  return labelSmoothing === 0 ? labels : add(multiply(labels, 1 - labelSmoothing), labelSmoothing / classes)
}

/** The logits behind probabilities that came straight from a softmax over this axis, if they did. */
export function softmaxLogits(yPred: Tensor, axis: number): Tensor | undefined {
  const isLast = axis === -1 || axis === yPred.rank - 1
  return isLast ? logitsOf(yPred, 'softmax') : undefined
}

/** Probabilities that sum to 1, at least 1e-7 away from 0 and 1. */
export function normalized(yPred: Tensor, axis: number): Tensor {
  return clip(divide(yPred, sum(yPred, { axis, keepDims: true })), EPSILON, 1 - EPSILON)
}

export interface CrossentropyOptions extends LossOptions, CrossentropySettings {}

/** Cross-entropy with one-hot labels: see `categoricalCrossentropy` for the formula. */
export class CategoricalCrossentropy extends Loss {
  static readonly className = 'CategoricalCrossentropy'
  static override readonly options: OptionKeys<CrossentropyOptions> = {
    ...Loss.options,
    ...crossentropySettings,
  }
  readonly fromLogits: boolean
  readonly labelSmoothing: number
  readonly axis: number

  constructor(options: CrossentropyOptions = {}) {
    super(options)
    this.fromLogits = options.fromLogits ?? false
    this.labelSmoothing = smoothing(this.name, options.labelSmoothing ?? 0)
    this.axis = options.axis ?? -1
  }

  override get expectsLogits(): boolean {
    return this.fromLogits
  }

  override get needsProbabilities(): boolean {
    return !this.fromLogits
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const { fromLogits, labelSmoothing, axis } = this
    return categoricalCrossentropy(yTrue, yPred, { fromLogits, labelSmoothing, axis })
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkOneHot(this.name, labels, output, this.axis, 'sparse_categorical_crossentropy')
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      from_logits: this.fromLogits,
      label_smoothing: this.labelSmoothing,
      axis: this.axis,
    }
  }
}

/** @throws ArgumentError unless the smoothing lies in [0, 1] */
export function smoothing(loss: string, value: number): number {
  if (!(value >= 0 && value <= 1)) {
    throw new ArgumentError(`${loss}: expected labelSmoothing from 0 to 1, received ${show(value)}.`)
  }
  return value
}
