import { ShapeError } from '../errors.js'
import { type BatchShape, showBatchShape } from './batchShape.js'

/** How a window moves over spatial axes. */
export interface SlidingWindow {
  readonly size: readonly number[]
  readonly strides: readonly number[]
  readonly dilation?: readonly number[]
  readonly padding: 'valid' | 'same'
}

/**
 * The spatial sizes after a convolution or pooling, of an input `[batch, ...spatial, channels]`.
 * 'valid': `floor((size - extent) / stride) + 1`; 'same': `ceil(size / stride)`; open sizes stay open.
 */
export function windowedSpatialShape(
  layer: string,
  inputShape: BatchShape,
  { size, strides, dilation, padding }: SlidingWindow,
): (number | null)[] {
  return inputShape.slice(1, -1).map((length, axis) => {
    if (length === null) return null
    const extent = (size[axis] - 1) * (dilation?.[axis] ?? 1) + 1
    const count =
      padding === 'same'
        ? Math.ceil(length / strides[axis])
        : Math.floor((length - extent) / strides[axis]) + 1
    if (count >= 1) return count
    throw new ShapeError(
      `${layer}: a window of ${extent} does not fit spatial axis ${axis} of the input ${showBatchShape(inputShape)}. ` +
        "Use a smaller window, padding 'same', fewer layers before it, or larger images.",
    )
  })
}
