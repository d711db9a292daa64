import type { Tensor } from '../graph/tensor.js'
import { clip } from '../ops/clip.js'
import type { TensorLike } from '../ops/tensor.js'
import { floatTensor } from './floatTensor.js'

/** `min(max(x, -1), 1)`, elementwise. */
export const hardTanh = (x: TensorLike): Tensor => clip(floatTensor(x), -1, 1)
