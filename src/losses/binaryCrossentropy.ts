import { logitsOf } from '../activations/logits.js'
import type { Tensor } from '../graph/tensor.js'
import { abs } from '../ops/abs.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { clip } from '../ops/clip.js'
import { exp } from '../ops/exp.js'
import { log } from '../ops/log.js'
import { log1p } from '../ops/log1p.js'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { negative } from '../ops/negative.js'
import { relu } from '../ops/relu.js'
import { subtract } from '../ops/subtract.js'
import type { Config } from '../utils/config.js'
import { align } from './align.js'
import { type CrossentropyOptions, type CrossentropySettings, smoothing } from './categoricalCrossentropy.js'
import { EPSILON } from './epsilon.js'
import { checkProbabilities, checkSameShape, type Labels, type OutputShape } from './labels.js'
import { Loss } from './loss.js'

/**
 * `-mean over the last axis of yTrue log(yPred) + (1 - yTrue) log(1 - yPred)`, for each sample: labels and predictions
 * `[batch, ..., n]` to `[batch, ...]`.
 *
 * Probabilities are clipped to [1e-7, 1 - 1e-7]. Logits x, and those behind a sigmoid that is the model's last step, are
 * used in the form `max(x, 0) - x yTrue + log(1 + e^-|x|)`. Label smoothing `s` turns labels into `yTrue (1 - s) + s / 2`.
 * Source: Keras's `binary_crossentropy`.
 */
export function binaryCrossentropy(
  yTrue: Tensor,
  yPred: Tensor,
  { fromLogits = false, labelSmoothing = 0 }: CrossentropySettings = {},
): Tensor {
  const logits = logitsOf(yPred, 'sigmoid') ?? (fromLogits ? yPred : undefined)
  const [labels, predictions] = align(cast(yTrue, 'float32'), logits ?? yPred)
  const target = labelSmoothing === 0 ? labels : add(multiply(labels, 1 - labelSmoothing), labelSmoothing / 2)
  return mean(logits ? ofLogits(target, predictions) : ofProbabilities(target, predictions), { axis: -1 })
}

function ofLogits(target: Tensor, x: Tensor): Tensor {
  return add(subtract(relu(x), multiply(x, target)), log1p(exp(negative(abs(x)))))
}

function ofProbabilities(target: Tensor, yPred: Tensor): Tensor {
  const p = clip(yPred, EPSILON, 1 - EPSILON)
  return negative(add(multiply(target, log(p)), multiply(subtract(1, target), log(subtract(1, p)))))
}

/** Cross-entropy of yes-or-no labels: see `binaryCrossentropy` for the formula. */
export class BinaryCrossentropy extends Loss {
  static readonly className = 'BinaryCrossentropy'
  readonly fromLogits: boolean
  readonly labelSmoothing: number

  constructor(options: CrossentropyOptions = {}) {
    super(options)
    this.fromLogits = options.fromLogits ?? false
    this.labelSmoothing = smoothing(this.name, options.labelSmoothing ?? 0)
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return binaryCrossentropy(yTrue, yPred, this)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkSameShape(this.name, labels, output)
    checkProbabilities(
      this.name,
      labels,
      'Labels are 0 or 1; for class numbers above 1 use the loss sparse_categorical_crossentropy.',
    )
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
