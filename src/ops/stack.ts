import type { Tensor } from '../graph/tensor.js'
import { concatenate } from './concatenate.js'
import { expandDims } from './expandDims.js'
import { asTensor, type TensorLike } from './tensor.js'

/** Tensors of one shape along a new axis (default: the first). */
export function stack(tensors: readonly TensorLike[], axis = 0): Tensor {
  const expanded = tensors.map((value) => expandDims(asTensor(value), axis))
  return concatenate(expanded, axis)
}
