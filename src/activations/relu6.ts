import type { Tensor } from '../graph/tensor.js'
import { greaterEqual } from '../ops/greaterEqual.js'
import { relu } from '../ops/relu.js'
import type { TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { floatTensor } from './floatTensor.js'

/** `min(max(x, 0), 6)`, elementwise. The gradient is 0 at both corners. */
export function relu6(x: TensorLike): Tensor {
  const value = floatTensor(x)
  return where(greaterEqual(value, 6), 6, relu(value))
}
