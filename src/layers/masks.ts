import type { Tensor } from '../graph/tensor.js'

const masks = new WeakMap<Tensor, Tensor>()

/**
 * Notes which steps of a sequence count: a boolean tensor `[batch, time]` for values `[batch, time, ...]` (Keras keeps the
 * same note as `_keras_mask`). Layers that support masking hand it on.
 */
export function withMask(values: Tensor, mask: Tensor): Tensor {
  masks.set(values, mask)
  return values
}

/** Which steps of these values count, if not all do. */
export const maskOf = (values: Tensor): Tensor | undefined => masks.get(values)
