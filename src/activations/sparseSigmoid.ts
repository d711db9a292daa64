import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { greaterEqual } from '../ops/greaterEqual.js'
import { lessEqual } from '../ops/lessEqual.js'
import { multiply } from '../ops/multiply.js'
import type { TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { floatTensor } from './floatTensor.js'

/** 0 for `x <= -1`, `(x + 1) / 2` up to 1, then 1, elementwise. The gradient is 0 at both corners. */
export function sparseSigmoid(x: TensorLike): Tensor {
  const value = floatTensor(x)
  const line = multiply(add(value, 1), 0.5)
  return where(lessEqual(value, -1), 0, where(greaterEqual(value, 1), 1, line))
}
