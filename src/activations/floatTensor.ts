import type { Tensor } from '../graph/tensor.js'
import { cast } from '../ops/cast.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'

/** What activations compute with: a float32 tensor. */
export const floatTensor = (x: TensorLike): Tensor => cast(asTensor(x), 'float32')
