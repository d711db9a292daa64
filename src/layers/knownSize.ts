import { ShapeError } from '../errors.js'
import { type BatchShape, showBatchShape } from './batchShape.js'
import { checkAxes } from './checkAxes.js'

/** The size of an axis, which a layer needs to know to make its weights. */
export function knownSize(layer: string, shape: BatchShape, axis: number, meaning: string): number {
  checkAxes(layer, axis, shape)
  const size = shape.at(axis)
  if (typeof size !== 'number') {
    throw new ShapeError(
      `${layer}: expected a known number of ${meaning} on axis ${axis}, received shape ${showBatchShape(shape)}. ` +
        'Its weights depend on it: give the size in layers.input(shape).',
    )
  }
  return size
}
