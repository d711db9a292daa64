import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { divide } from '../ops/divide.js'
import type { TensorLike } from '../ops/tensor.js'
import { floatTensor } from './floatTensor.js'
import { relu6 } from './relu6.js'

/** `min(max(x + 3, 0), 6) / 6`, elementwise: a sigmoid of three straight lines, 0 up to -3 and 1 from 3 on. */
export const hardSigmoid = (x: TensorLike): Tensor => divide(relu6(add(floatTensor(x), 3)), 6)
