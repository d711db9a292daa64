import type { LabelledImages } from '../data/datasets/labelledImages.js'
import { toCategorical } from '../data/toCategorical.js'
import { ArgumentError } from '../errors.js'
import { constant } from '../graph/node.js'
import { sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { type BatchShape, showBatchShape } from '../layers/batchShape.js'
import { Loss } from '../losses/loss.js'
import type { AnyModel } from '../models/model.js'
import { toSnakeCase } from '../utils/naming.js'

/**
 * The shape of a network's one input, with the batch first.
 * @throws ArgumentError if it has several, or was not built
 */
export function inputShapeOf(model: AnyModel): BatchShape {
  const shapes = model.inputPlaces?.shapes ?? []
  if (shapes.length === 1) return shapes[0]
  throw new ArgumentError(
    `${model.title}: expected a network with one input for pictures, received one with ${shapes.length}. ` +
      'Feed it from a program: models.loadModel(file).',
  )
}

/**
 * Pictures and labels in the form that a network takes: pictures of as many numbers as its input in its shape (a dense network takes
 * rows), and class numbers as one-hot rows where its loss compares those.
 * @throws ArgumentError if the pictures have another size
 */
export function inputFor(model: AnyModel, { images, labels }: LabelledImages): LabelledImages {
  return { images: imagesFor(model, images), labels: labelsFor(model, labels) }
}

function imagesFor(model: AnyModel, images: Tensor): Tensor {
  const [count, ...sample] = images.shape
  const expected = inputShapeOf(model).slice(1)
  if (
    expected.length === sample.length &&
    expected.every((size, axis) => size === null || size === sample[axis])
  ) {
    return images
  }
  const shape = expected.map((size) => size ?? Number.NaN)
  if (sizeOf(shape) !== sizeOf(sample)) {
    throw new ArgumentError(
      `${model.title}: takes ${showBatchShape([null, ...expected])}, but the pictures are ${showBatchShape([null, ...sample])}. ` +
        'Take other data, or another network.',
    )
  }
  return constant(images.knownData(), [count, ...shape], images.dtype)
}

function labelsFor(model: AnyModel, labels: Tensor): Tensor {
  const classes = model.outputPlaces.shapes[0].at(-1) ?? 1
  return classes > 1 && comparesRows(model) ? toCategorical(labels, classes) : labels
}

/** Whether the loss compares one-hot rows with outputs, not class numbers. */
function comparesRows(model: AnyModel): boolean {
  const loss = model.runState.compiled?.options.loss
  const name = typeof loss === 'string' ? loss : loss instanceof Loss ? loss.className : undefined
  return name !== undefined && !/^(sparse|crossentropy$|ce$)/.test(toSnakeCase(name))
}
