import { ShapeError } from '../errors.js'
import { type BatchShape, showBatchShape } from './batchShape.js'

/** The size of an axis, which a layer needs to know to make its weights. */
export function knownSize(layer: string, shape: BatchShape, axis: number, meaning: string): number {
  const size = shape.at(axis)
  if (size === undefined) {
    throw new ShapeError(
      `${layer}: expected an axis from ${-shape.length} to ${shape.length - 1}, received ${axis} for shape ${showBatchShape(shape)}.`,
    )
  }
  if (size === null) {
    throw new ShapeError(
      `${layer}: expected a known number of ${meaning} on axis ${axis}, received shape ${showBatchShape(shape)}. ` +
        'Its weights depend on it: give the size in layers.input(shape).',
    )
  }
  return size
}
