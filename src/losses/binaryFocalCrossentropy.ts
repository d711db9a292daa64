import { logitsOf } from '../activations/logits.js'
import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { negative } from '../ops/negative.js'
import { power } from '../ops/power.js'
import { sigmoid } from '../ops/sigmoid.js'
import { subtract } from '../ops/subtract.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { align } from './align.js'
import { checkBinary, ofLogits, ofProbabilities, smoothTowardsHalf } from './binaryCrossentropy.js'
import { type CrossentropySettings, crossentropySettings, smoothing } from './categoricalCrossentropy.js'
import { checkGamma } from './focal.js'
import type { Labels, OutputShape } from './labels.js'
import { Loss, type LossOptions } from './loss.js'

export interface BinaryFocalSettings extends CrossentropySettings {
  /** Whether labels of 1 are weighted with `alpha` and those of 0 with `1 - alpha`. Default: false. */
  readonly applyClassBalancing?: boolean
  /** The weight of class 1, from 0 to 1. Default: 0.25. */
  readonly alpha?: number
  /** The focusing exponent, 0 or more. Default: 2. */
  readonly gamma?: number
}

const focalSettings: OptionKeys<BinaryFocalSettings> = {
  ...crossentropySettings,
  applyClassBalancing: true,
  alpha: true,
  gamma: true,
}

/**
 * `mean over the last axis of (1 - p)^gamma * crossentropy`, where p is the probability given to the label, for each
 * sample: labels and predictions `[batch, ..., n]` to `[batch, ...]`. Samples that are easy already count less. Logits, and
 * those behind a sigmoid that is the model's last step, are used directly. Label smoothing is as for `binaryCrossentropy`.
 * Source: Lin et al. 2017, "Focal loss for dense object detection"; Keras's `binary_focal_crossentropy`.
 */
export function binaryFocalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  settings: BinaryFocalSettings = {},
): Tensor {
  checkOptions(settings, 'binaryFocalCrossentropy', undefined, focalSettings)
  const { applyClassBalancing = false, alpha = 0.25, gamma = 2, fromLogits = false } = settings
  const { labelSmoothing = 0, axis = -1 } = settings
  const output = asTensor(yPred)
  const logits = logitsOf(output, 'sigmoid') ?? (fromLogits ? output : undefined)
  const [labels, predictions] = align(cast(yTrue, 'float32'), logits ?? output)
  const ones = smoothTowardsHalf(labels, labelSmoothing)
  const zeros = subtract(1, ones)
  // 1 - p_t = y (1 - p) + (1 - y) p; with a logit, 1 - p is the sigmoid of its opposite and keeps its digits.
  const [p, q] = logits
    ? [sigmoid(predictions), sigmoid(negative(predictions))]
    : [predictions, subtract(1, predictions)]
  const missed = add(multiply(ones, q), multiply(zeros, p))
  const crossentropy = (logits ? ofLogits : ofProbabilities)(ones, predictions)
  const focal = multiply(power(missed, gamma), crossentropy)
  const balance = add(multiply(ones, alpha), multiply(zeros, 1 - alpha))
  return mean(applyClassBalancing ? multiply(balance, focal) : focal, { axis })
}

export interface BinaryFocalCrossentropyOptions extends LossOptions, BinaryFocalSettings {}

/** Cross-entropy of yes-or-no labels in which easy samples count less: see `binaryFocalCrossentropy` for the formula. */
export class BinaryFocalCrossentropy extends Loss {
  static readonly className = 'BinaryFocalCrossentropy'
  static override readonly options: OptionKeys<BinaryFocalCrossentropyOptions> = {
    ...Loss.options,
    ...focalSettings,
  }
  readonly applyClassBalancing: boolean
  readonly alpha: number
  readonly gamma: number
  readonly fromLogits: boolean
  readonly labelSmoothing: number
  readonly axis: number

  constructor(options: BinaryFocalCrossentropyOptions = {}) {
    super(options)
    this.applyClassBalancing = options.applyClassBalancing ?? false
    this.alpha = options.alpha ?? 0.25
    this.gamma = checkGamma(this.name, options.gamma ?? 2)
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
    const { applyClassBalancing, alpha, gamma, fromLogits, labelSmoothing, axis } = this
    const settings = { applyClassBalancing, alpha, gamma, fromLogits, labelSmoothing, axis }
    return binaryFocalCrossentropy(yTrue, yPred, settings)
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
      apply_class_balancing: this.applyClassBalancing,
      alpha: this.alpha,
      gamma: this.gamma,
    }
  }
}
