import { resolveAxis } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { reshape } from './reshape.js'
import { asTensor, type TensorLike } from './tensor.js'

/** A new axis of size 1 at place `axis` of the result; negative ones count from its end. */
export function expandDims(x: TensorLike, axis: number): Tensor {
  const value = asTensor(x)
  return reshape(value, value.shape.toSpliced(resolveAxis(axis, value.rank + 1, 'expandDims'), 0, 1))
}
