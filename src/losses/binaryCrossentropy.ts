import { logitsOf } from '../activations/logits.js'
import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { clip } from '../ops/clip.js'
import { log } from '../ops/log.js'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { negative } from '../ops/negative.js'
import { softplus } from '../ops/softplus.js'
import { subtract } from '../ops/subtract.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { align } from './align.js'
import { type CrossentropySettings, crossentropySettings, smoothing } from './categoricalCrossentropy.js'
import { EPSILON } from './epsilon.js'
import { checkProbabilities, checkSameShape, type Labels, type OutputShape } from './labels.js'
import { Loss, type LossOptions } from './loss.js'

/**
 * `-mean over the last axis of yTrue ln(yPred) + (1 - yTrue) ln(1 - yPred)`, for each sample: labels and predictions
 * `[batch, ..., n]` to `[batch, ...]`.
 *
 * Probabilities are clipped to [1e-7, 1 - 1e-7]. Logits x, and those behind a sigmoid that is the model's last step, are
 * used in the form `yTrue ln(1 + e^-x) + (1 - yTrue) ln(1 + e^x)`, in which nothing cancels. Label smoothing `s` turns
 * labels into `yTrue (1 - s) + s / 2`. Source: Keras's `binary_crossentropy`.
 */
export function binaryCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  settings: CrossentropySettings = {},
): Tensor {
  checkOptions(settings, 'binaryCrossentropy', undefined, crossentropySettings)
  const { fromLogits = false, labelSmoothing = 0, axis = -1 } = settings
  const output = asTensor(yPred)
  const logits = logitsOf(output, 'sigmoid') ?? (fromLogits ? output : undefined)
  const [labels, predictions] = align(cast(yTrue, 'float32'), logits ?? output)
  const target = smoothTowardsHalf(labels, labelSmoothing)
  return mean(logits ? ofLogits(target, predictions) : ofProbabilities(target, predictions), { axis })
}

/** Binary labels, or probabilities of 1, of which a part is moved to one half. */
export const smoothTowardsHalf = (labels: Tensor, labelSmoothing: number): Tensor =>
  labelSmoothing === 0 ? labels : add(multiply(labels, 1 - labelSmoothing), labelSmoothing / 2)

/** The cross-entropy of each label with the sigmoid of a logit. */
export function ofLogits(target: Tensor, x: Tensor): Tensor {
  return add(multiply(target, softplus(negative(x))), multiply(subtract(1, target), softplus(x)))
}

/** The cross-entropy of each label with a probability. */
export function ofProbabilities(target: Tensor, yPred: Tensor): Tensor {
  const p = clip(yPred, EPSILON, 1 - EPSILON)
  return negative(add(multiply(target, log(p)), multiply(subtract(1, target), log(subtract(1, p)))))
}

export interface BinaryCrossentropyOptions extends LossOptions, CrossentropySettings {}

/** Cross-entropy of yes-or-no labels: see `binaryCrossentropy` for the formula. */
export class BinaryCrossentropy extends Loss {
  static readonly className = 'BinaryCrossentropy'
  static override readonly options: OptionKeys<BinaryCrossentropyOptions> = {
    ...Loss.options,
    ...crossentropySettings,
  }
  readonly fromLogits: boolean
  readonly labelSmoothing: number
  readonly axis: number

  constructor(options: BinaryCrossentropyOptions = {}) {
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
    return binaryCrossentropy(yTrue, yPred, { fromLogits, labelSmoothing, axis })
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkBinary(this.name, labels, output)
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

/** @throws ShapeError or ArgumentError unless labels are 0 or 1, or probabilities, of the output's shape */
export function checkBinary(loss: string, labels: Labels, output: OutputShape): void {
  checkSameShape(loss, labels, output)
  checkProbabilities(
    loss,
    labels,
    'Labels are 0 or 1; for class numbers above 1 use the loss sparse_categorical_crossentropy.',
  )
}
