import { ShapeError } from '../errors.js'
import { resolveAxis, sameShape, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { withMask } from '../layers/masks.js'
import { cast } from '../ops/cast.js'
import { clip } from '../ops/clip.js'
import { log } from '../ops/log.js'
import { multiply } from '../ops/multiply.js'
import { negative } from '../ops/negative.js'
import { notEqual } from '../ops/notEqual.js'
import { oneHot } from '../ops/oneHot.js'
import { reshape } from '../ops/reshape.js'
import { logSoftmax } from '../ops/softmax.js'
import { sum } from '../ops/sum.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { softmaxLogits } from './categoricalCrossentropy.js'
import { EPSILON } from './epsilon.js'
import { checkSparse, type Labels, type OutputShape } from './labels.js'
import { Loss, type LossOptions } from './loss.js'

export interface SparseCrossentropySettings {
  /** Whether predictions are logits, before a softmax. Default: false, probabilities. */
  readonly fromLogits?: boolean
  /** A label, often -1 or 255, whose places have value 0 and do not count in a loss's mean. Default: none. */
  readonly ignoreClass?: number
  /** Where the classes lie. Default: -1. */
  readonly axis?: number
}

const sparseSettings: OptionKeys<SparseCrossentropySettings> = {
  fromLogits: true,
  ignoreClass: true,
  axis: true,
}

/**
 * `-ln(yPred[yTrue])` for each sample: class numbers `[batch, ...]` (or `[batch, ..., 1]`) and predictions
 * `[batch, ..., classes]` to `[batch, ...]`. The same number as `categoricalCrossentropy` of one-hot labels.
 *
 * Probabilities are clipped to [1e-7, 1 - 1e-7] and then divided by their sum, as TensorFlow's op does. Where they come
 * straight from a softmax, its inputs are used instead. Source: Keras's `sparse_categorical_crossentropy`.
 */
export function sparseCategoricalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  settings: SparseCrossentropySettings = {},
): Tensor {
  checkOptions(settings, 'sparseCategoricalCrossentropy', undefined, sparseSettings)
  const { fromLogits = false, ignoreClass, axis = -1 } = settings
  const what = 'sparse_categorical_crossentropy'
  const output = asTensor(yPred)
  const at = resolveAxis(axis, output.rank, what)
  const labels = classNumbers(what, asTensor(yTrue), output, at)
  const logits =
    softmaxLogits(output, axis) ?? (fromLogits ? output : log(clip(output, EPSILON, 1 - EPSILON)))
  // A sum against one-hot rows, not a gather: its gradient is dense, and no addition depends on the order of threads.
  const rows = oneHot(labels, output.shape[at], { axis: at })
  const values = negative(sum(multiply(rows, logSoftmax(logits, { axis: at })), { axis: at }))
  if (ignoreClass === undefined) return values
  const isCounted = notEqual(labels, ignoreClass)
  return withMask(where(isCounted, values, 0), isCounted)
}

/**
 * Class numbers as `int32`, of the predictions' shape without the axis of classes.
 * @throws ShapeError if they have another shape
 */
export function classNumbers(what: string, yTrue: Tensor, yPred: Tensor, axis: number): Tensor {
  const shape = yPred.shape.toSpliced(axis, 1)
  if (!sameShape(yTrue.shape, shape) && !sameShape(yTrue.shape, yPred.shape.with(axis, 1))) {
    throw new ShapeError(
      `${what}: expected class numbers of shape ${showShape(shape)} for predictions ` +
        `${showShape(yPred.shape)}, received ${showShape(yTrue.shape)}.`,
    )
  }
  return cast(reshape(yTrue, shape), 'int32')
}

export interface SparseCrossentropyOptions extends LossOptions, SparseCrossentropySettings {}

/** Cross-entropy with class numbers: see `sparseCategoricalCrossentropy` for the formula. */
export class SparseCategoricalCrossentropy extends Loss {
  static readonly className = 'SparseCategoricalCrossentropy'
  static override readonly options: OptionKeys<SparseCrossentropyOptions> = {
    ...Loss.options,
    ...sparseSettings,
  }
  readonly fromLogits: boolean
  readonly ignoreClass: number | undefined
  readonly axis: number

  constructor(options: SparseCrossentropyOptions = {}) {
    super(options)
    this.fromLogits = options.fromLogits ?? false
    this.ignoreClass = options.ignoreClass
    this.axis = options.axis ?? -1
  }

  override get expectsLogits(): boolean {
    return this.fromLogits
  }

  override get needsProbabilities(): boolean {
    return !this.fromLogits
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const { fromLogits, ignoreClass, axis } = this
    return sparseCategoricalCrossentropy(yTrue, yPred, { fromLogits, ignoreClass, axis })
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    const { axis, ignoreClass: ignored } = this
    checkSparse(this.name, labels, output, { axis, ignored, oneHot: 'categorical_crossentropy' })
  }

  /** Keras's own config leaves `axis` out, and so loses it; here it stands unless it is the default. */
  override getConfig(): Config {
    return {
      ...super.getConfig(),
      from_logits: this.fromLogits,
      ignore_class: this.ignoreClass ?? null,
      ...(this.axis === -1 ? {} : { axis: this.axis }),
    }
  }
}
