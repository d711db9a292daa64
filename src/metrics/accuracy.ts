import type { Tensor } from '../graph/tensor.js'
import { align } from '../losses/align.js'
import { classNumbers } from '../losses/sparseCategoricalCrossentropy.js'
import { argmax } from '../ops/argmax.js'
import { cast } from '../ops/cast.js'
import { equal } from '../ops/equal.js'
import { greater } from '../ops/greater.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { MeanOfFunction } from './mean.js'
import type { MetricOptions } from './metric.js'

/** 1 where predictions are equal to labels, else 0, elementwise (Keras's `Accuracy`): for predicted class numbers. */
export function accuracy(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [labels, predictions] = align(yTrue, yPred)
  return cast(equal(labels, predictions), 'float32')
}

/** 1 where `yPred > threshold` agrees with a label of 0 or 1, else 0, elementwise (Keras's `binary_accuracy`). */
export function binaryAccuracy(yTrue: TensorLike, yPred: TensorLike, threshold = 0.5): Tensor {
  const [labels, predictions] = align(cast(yTrue, 'float32'), yPred)
  return cast(equal(labels, cast(greater(predictions, threshold), 'float32')), 'float32')
}

/** 1 where one-hot labels and predictions have their largest value in the same place (Keras's `categorical_accuracy`). */
export function categoricalAccuracy(yTrue: TensorLike, yPred: TensorLike): Tensor {
  return cast(equal(argmax(yTrue, { axis: -1 }), argmax(yPred, { axis: -1 })), 'float32')
}

/** 1 where the largest prediction is that of the labelled class (Keras's `sparse_categorical_accuracy`). */
export function sparseCategoricalAccuracy(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const output = asTensor(yPred)
  const labels = classNumbers('sparse_categorical_accuracy', asTensor(yTrue), output, output.rank - 1)
  return cast(equal(labels, argmax(output, { axis: -1 })), 'float32')
}

/** How often predictions are equal to labels. */
export class Accuracy extends MeanOfFunction {
  static override readonly className = 'Accuracy'
  override readonly direction = 'up'

  constructor(options: MetricOptions = {}) {
    const { name = 'accuracy' } = checkedOptions(options, new.target)
    super(accuracy, name)
  }
}

export interface BinaryAccuracyOptions extends MetricOptions {
  /** Above it a prediction means 1. Default: 0.5. */
  readonly threshold?: number
}

/** How often predictions, cut at a threshold, are the label. */
export class BinaryAccuracy extends MeanOfFunction {
  static override readonly className = 'BinaryAccuracy'
  static override readonly options: OptionKeys<BinaryAccuracyOptions> = {
    ...MeanOfFunction.options,
    threshold: true,
  }
  override readonly direction = 'up'
  readonly threshold: number

  constructor(options: BinaryAccuracyOptions = {}) {
    const { name = 'binary_accuracy', threshold = 0.5 } = checkedOptions(options, new.target)
    super((yTrue, yPred) => binaryAccuracy(yTrue, yPred, threshold), name)
    this.threshold = threshold
  }

  /** Logits are cut at 0. */
  override get needsProbabilities(): boolean {
    return this.threshold > 0 && this.threshold < 1
  }

  override getConfig(): Config {
    return { ...super.getConfig(), threshold: this.threshold }
  }
}

/** How often the largest prediction is in the place of a one-hot label. */
export class CategoricalAccuracy extends MeanOfFunction {
  static override readonly className = 'CategoricalAccuracy'
  override readonly direction = 'up'

  constructor(options: MetricOptions = {}) {
    const { name = 'categorical_accuracy' } = checkedOptions(options, new.target)
    super(categoricalAccuracy, name)
  }
}

/** How often the largest prediction is that of the labelled class. */
export class SparseCategoricalAccuracy extends MeanOfFunction {
  static override readonly className = 'SparseCategoricalAccuracy'
  override readonly direction = 'up'

  constructor(options: MetricOptions = {}) {
    const { name = 'sparse_categorical_accuracy' } = checkedOptions(options, new.target)
    super(sparseCategoricalAccuracy, name)
  }
}
