import type { Tensor } from '../graph/tensor.js'

const masks = new WeakMap<Tensor, Tensor>()

/** Notes which of a loss's values count, as a boolean tensor of their shape (Keras keeps the same note as `_keras_mask`). */
export function rememberMask(values: Tensor, mask: Tensor): Tensor {
  masks.set(values, mask)
  return values
}

/** Which of a loss's values count, if not all do: labels that a loss was told to ignore do not. */
export const maskOf = (values: Tensor): Tensor | undefined => masks.get(values)
