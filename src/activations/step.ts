import type { Tensor } from '../graph/tensor.js'
import { cast } from '../ops/cast.js'
import { greaterEqual } from '../ops/greaterEqual.js'
import type { TensorLike } from '../ops/tensor.js'
import { floatTensor } from './floatTensor.js'

/** The threshold of the first perceptrons, elementwise: 1 for `x >= 0`, else 0. No gradient flows. Keras has no name for it. */
export const step = (x: TensorLike): Tensor => cast(greaterEqual(floatTensor(x), 0), 'float32')
