import { logitsOf } from '../activations/logits.js'
import { ArgumentError, ShapeError } from '../errors.js'
import { sameShape, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { cast } from '../ops/cast.js'
import { clip } from '../ops/clip.js'
import { log } from '../ops/log.js'
import { multiply } from '../ops/multiply.js'
import { negative } from '../ops/negative.js'
import { oneHot } from '../ops/oneHot.js'
import { reshape } from '../ops/reshape.js'
import { logSoftmax } from '../ops/softmax.js'
import { sum } from '../ops/sum.js'
import type { Config } from '../utils/config.js'
import { EPSILON } from './epsilon.js'
import { checkClassNumbers, type Labels, type OutputShape } from './labels.js'
import { Loss, type LossOptions } from './loss.js'

/**
 * `-log(yPred[yTrue])` for each sample: class numbers `[batch, ...]` (or `[batch, ..., 1]`) and predictions
 * `[batch, ..., classes]` to `[batch, ...]`. The same number as `categoricalCrossentropy` of one-hot labels.
 *
 * Probabilities are clipped to [1e-7, 1 - 1e-7] and then divided by their sum, as TensorFlow's op does. Where they come
 * straight from a softmax, its inputs are used instead. Source: Keras's `sparse_categorical_crossentropy`.
 */
export function sparseCategoricalCrossentropy(
  yTrue: Tensor,
  yPred: Tensor,
  { fromLogits = false }: { readonly fromLogits?: boolean } = {},
): Tensor {
  const classes = yPred.shape[yPred.rank - 1]
  const shape = yPred.shape.slice(0, -1)
  const given = yTrue.rank === yPred.rank && yTrue.shape.at(-1) === 1 ? yTrue.shape.slice(0, -1) : yTrue.shape
  if (!sameShape(given, shape)) {
    throw new ShapeError(
      `sparse_categorical_crossentropy: expected class numbers of shape ${showShape(shape)} for predictions ` +
        `${showShape(yPred.shape)}, received ${showShape(yTrue.shape)}.`,
    )
  }
  const labels = cast(reshape(yTrue, shape), 'int32')
  const logits = logitsOf(yPred, 'softmax') ?? (fromLogits ? yPred : log(clip(yPred, EPSILON, 1 - EPSILON)))
  // A sum against one-hot rows, not a gather: its gradient is dense, and no addition depends on the order of threads.
  return negative(sum(multiply(oneHot(labels, classes), logSoftmax(logits)), { axis: -1 }))
}

export interface SparseCrossentropyOptions extends LossOptions {
  /** Whether predictions are logits, before a softmax. Default: false, probabilities. */
  readonly fromLogits?: boolean
}

/** Cross-entropy with class numbers: see `sparseCategoricalCrossentropy` for the formula. */
export class SparseCategoricalCrossentropy extends Loss {
  static readonly className = 'SparseCategoricalCrossentropy'
  readonly fromLogits: boolean

  constructor(options: SparseCrossentropyOptions = {}) {
    super(options)
    this.fromLogits = options.fromLogits ?? false
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return sparseCategoricalCrossentropy(yTrue, yPred, this)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    const { name, shape } = labels
    const classes = output[output.length - 1]
    const expected = output.slice(0, -1)
    if (classes === 1) {
      throw new ArgumentError(
        `${this.name}: the model's last layer has 1 unit, so there is only class 0. Give it as many units as there are ` +
          'classes, or use the loss binary_crossentropy.',
      )
    }
    if (sameShape(shape, output)) {
      throw new ShapeError(
        `${this.name}: expected class numbers of shape ${showShape(expected)}, received ${name} of shape ${showShape(shape)}, ` +
          'which looks one-hot. Use the loss categorical_crossentropy for it, or give class numbers.',
      )
    }
    if (!sameShape(shape, expected) && !sameShape(shape, [...expected, 1])) {
      throw new ShapeError(
        `${this.name}: expected class numbers of shape ${showShape(expected)} for the model's output ${showShape(output)}, ` +
          `received ${name} of shape ${showShape(shape)}.`,
      )
    }
    checkClassNumbers(this.name, labels, classes)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), from_logits: this.fromLogits, ignore_class: null, axis: -1 }
  }
}
