import { ShapeError } from '../errors.js'
import { type BatchShape, showBatchShape } from './batchShape.js'

/** @throws ShapeError naming the layer, unless these are axes of the shape, from its first or counted from its end */
export function checkAxes(layer: string, axes: number | readonly number[], shape: BatchShape): void {
  const rank = shape.length
  for (const axis of [axes].flat()) {
    if (Number.isInteger(axis) && axis >= -rank && axis < rank) continue
    throw new ShapeError(
      `${layer}: expected an axis from ${-rank} to ${rank - 1}, received ${axis} for shape ${showBatchShape(shape)}.`,
    )
  }
}
