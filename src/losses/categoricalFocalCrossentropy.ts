import type { Tensor } from '../graph/tensor.js'
import { expm1 } from '../ops/expm1.js'
import { log } from '../ops/log.js'
import { multiply } from '../ops/multiply.js'
import { negative } from '../ops/negative.js'
import { power } from '../ops/power.js'
import { logSoftmax } from '../ops/softmax.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import {
  type CrossentropySettings,
  crossentropySettings,
  normalized,
  smoothedOneHot,
  smoothing,
  softmaxLogits,
} from './categoricalCrossentropy.js'
import { checkGamma } from './focal.js'
import { checkOneHot, type Labels, type OutputShape } from './labels.js'
import { Loss, type LossOptions } from './loss.js'

export interface CategoricalFocalSettings extends CrossentropySettings {
  /** A factor for all classes, or one for each. Default: 0.25. */
  readonly alpha?: number | readonly number[]
  /** The focusing exponent, 0 or more. Default: 2. */
  readonly gamma?: number
}

const focalSettings: OptionKeys<CategoricalFocalSettings> = {
  ...crossentropySettings,
  alpha: true,
  gamma: true,
}

/**
 * `-sum over classes c of alpha (1 - yPred[c])^gamma yTrue[c] ln(yPred[c])`, for each sample: one-hot labels and
 * predictions `[batch, ..., classes]` to `[batch, ...]`. Samples that are easy already count less. Probabilities are
 * divided by their sum and clipped to [1e-7, 1 - 1e-7]; logits, and those behind a softmax that is the model's last step,
 * are used directly. Source: Lin et al. 2017, "Focal loss for dense object detection"; Keras's
 * `categorical_focal_crossentropy`.
 */
export function categoricalFocalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  settings: CategoricalFocalSettings = {},
): Tensor {
  checkOptions(settings, 'categoricalFocalCrossentropy', undefined, focalSettings)
  const { alpha = 0.25, gamma = 2, fromLogits = false, labelSmoothing = 0, axis = -1 } = settings
  const [labels, output] = [asTensor(yTrue), asTensor(yPred)]
  const target = smoothedOneHot('categorical_focal_crossentropy', labels, output, { labelSmoothing, axis })
  const logits = softmaxLogits(output, axis) ?? (fromLogits ? output : undefined)
  const { logarithm, missed } = logits ? ofLogits(logits, axis) : ofProbabilities(normalized(output, axis))
  const crossentropy = negative(multiply(target, logarithm))
  const weights = multiply(power(missed, gamma), asTensor(alpha))
  return sum(multiply(weights, crossentropy), { axis })
}

/** `ln p` and `1 - p` of probabilities p. */
const ofProbabilities = (p: Tensor) => ({ logarithm: log(p), missed: subtract(1, p) })

/** The same for the softmax of logits, in which `1 - p` keeps its digits where p is near 1. */
function ofLogits(logits: Tensor, axis: number) {
  const logarithm = logSoftmax(logits, { axis })
  return { logarithm, missed: negative(expm1(logarithm)) }
}

export interface CategoricalFocalCrossentropyOptions extends LossOptions, CategoricalFocalSettings {}

/** Cross-entropy with one-hot labels in which easy samples count less: see `categoricalFocalCrossentropy`. */
export class CategoricalFocalCrossentropy extends Loss {
  static readonly className = 'CategoricalFocalCrossentropy'
  static override readonly options: OptionKeys<CategoricalFocalCrossentropyOptions> = {
    ...Loss.options,
    ...focalSettings,
  }
  readonly alpha: number | readonly number[]
  readonly gamma: number
  readonly fromLogits: boolean
  readonly labelSmoothing: number
  readonly axis: number

  constructor(options: CategoricalFocalCrossentropyOptions = {}) {
    super(options)
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
    const { alpha, gamma, fromLogits, labelSmoothing, axis } = this
    return categoricalFocalCrossentropy(yTrue, yPred, { alpha, gamma, fromLogits, labelSmoothing, axis })
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkOneHot(this.name, labels, output, this.axis)
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      from_logits: this.fromLogits,
      label_smoothing: this.labelSmoothing,
      axis: this.axis,
      alpha: this.alpha,
      gamma: this.gamma,
    }
  }
}
