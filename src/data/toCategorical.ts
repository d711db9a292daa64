import { ArgumentError, StateError } from '../errors.js'
import { constant } from '../graph/node.js'
import { Tensor } from '../graph/tensor.js'

/**
 * Class labels as one-hot vectors: `y[..., c] = 1` where `c` is the label, else 0 (Keras `utils.to_categorical`).
 *
 * A last axis of length 1 is replaced: labels `[n]` and `[n, 1]` both give `[n, numClasses]`.
 *
 * @param labels whole numbers from 0 to numClasses - 1: an array, a typed array, or a tensor of data
 * @param numClasses default: the greatest label + 1. Give it where some classes may be missing from `labels`.
 * @returns float32 tensor `[...shape of labels, numClasses]`
 * @throws ArgumentError when a label is negative, too large or not whole; StateError when the tensor is not computed yet
 * @example
 * utils.toCategorical([0, 2, 1], 3) // [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
 */
export function toCategorical(labels: Tensor | ArrayLike<number>, numClasses?: number): Tensor {
  const { data, shape } = labels instanceof Tensor ? known(labels) : { data: labels, shape: [labels.length] }
  const classes = numClasses ?? Math.floor(greatest(data)) + 1
  if (!Number.isInteger(classes) || classes < 1) {
    throw new ArgumentError(
      numClasses === undefined
        ? `toCategorical: cannot tell the number of classes from ${data.length} labels; pass numClasses.`
        : `toCategorical: numClasses must be a whole number of at least 1, received ${numClasses}.`,
    )
  }
  const result = new Float32Array(data.length * classes)
  for (let k = 0; k < data.length; k++) {
    const label = data[k]
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new ArgumentError(
        `toCategorical: expected labels that are whole numbers from 0 to ${classes - 1}, ` +
          `received ${label} at position ${k}. Subtract the smallest label, or raise numClasses.`,
      )
    }
    result[k * classes + label] = 1
  }
  const kept = shape.length > 1 && shape[shape.length - 1] === 1 ? shape.slice(0, -1) : shape
  return constant(result, [...kept, classes], 'float32')
}

function known(labels: Tensor): { data: ArrayLike<number>; shape: readonly number[] } {
  if (labels.node.type !== 'constant') {
    throw new StateError(
      `toCategorical: ${labels} is not computed yet. Pass \`await labels.data()\`, or use ops.oneHot in a graph.`,
    )
  }
  return { data: labels.knownData(), shape: labels.shape }
}

function greatest(data: ArrayLike<number>): number {
  let result = -1
  for (let k = 0; k < data.length; k++) if (data[k] > result) result = data[k]
  return result
}
