import { ArgumentError, ShapeError } from '../errors.js'
import type { TensorType } from '../graph/op.js'
import { showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { expectTensor } from '../utils/expectTensor.js'
import { ignoreRejections } from '../utils/ignoreRejections.js'
import { requireMethod } from '../utils/requireMethod.js'
import type { Metric } from './metric.js'

/** The metrics of one-hot labels that have a form for class numbers, by their classes. */
const sparseForms: Readonly<Record<string, string>> = {
  TopKCategoricalAccuracy: 'sparse_top_k_categorical_accuracy',
  CategoricalCrossentropy: 'sparse_categorical_crossentropy',
}

const titleOf = ({ name }: Metric): string => `metric '${name}'`

/**
 * Takes a batch into a metric.
 * @throws ArgumentError if the metric's class has no `updateState`, or one that waits
 */
export function updateMetric(metric: Metric, yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
  const form = 'updateState(yTrue, yPred, sampleWeight)'
  requireMethod(metric, titleOf(metric), form, 'takes in a batch')
  const given: unknown = inMetric(metric, yTrue, yPred, () => metric.updateState(yTrue, yPred, sampleWeight))
  if (!(given instanceof Promise)) return
  ignoreRejections([given])
  throw new ArgumentError(
    `${titleOf(metric)}: expected updateState to be done when it returns, received a Promise. A metric cannot wait for values: compute with ops.`,
  )
}

/**
 * Runs `body`, in which a metric looks at targets and predictions of these types. An error about what an op in it was given gets
 * the metric's name, their shapes, and advice where targets look like class numbers. Errors that name the metric have them.
 */
export function inMetric<T>(metric: Metric, yTrue: TensorType, yPred: TensorType, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (!(error instanceof ArgumentError || error instanceof ShapeError)) throw error
    const { message } = error
    const title = titleOf(metric)
    if (message.startsWith(title) || message.startsWith(`${metric.name}: expected`)) throw error
    const type = error instanceof ShapeError ? ShapeError : ArgumentError
    const shapes = `y of shape ${showShape(yTrue.shape)} and predictions of shape ${showShape(yPred.shape)}`
    throw new type(`${title}: ${message} It received ${shapes}.${adviceFor(metric, yTrue, yPred)}`, {
      cause: error,
    })
  }
}

/** What to do about class numbers beside a number for each class. */
function adviceFor(metric: Metric, { shape }: TensorType, { shape: predictions }: TensorType): string {
  const classes = predictions.at(-1)
  if (shape.length !== predictions.length - 1 || classes === undefined || classes === 1) return ''
  const sparse = sparseForms[metric.className] ?? 'sparse_categorical_accuracy'
  return (
    ` If y are class numbers, make them one-hot with utils.toCategorical(y, ${classes}), or use a metric that takes class numbers, ` +
    `such as '${sparse}'.`
  )
}

/**
 * A metric's value.
 * @throws ArgumentError if the metric's class has no `result`, or it gives no tensor
 */
export function resultOf(metric: Metric): Tensor {
  requireMethod(metric, titleOf(metric), 'result()', 'gives the value')
  return expectTensor(metric.result(), titleOf(metric), 'result')
}
