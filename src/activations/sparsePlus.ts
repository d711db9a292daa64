import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { greaterEqual } from '../ops/greaterEqual.js'
import { lessEqual } from '../ops/lessEqual.js'
import { multiply } from '../ops/multiply.js'
import { square } from '../ops/square.js'
import type { TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { floatTensor } from './floatTensor.js'

/** 0 for `x <= -1`, `(x + 1)^2 / 4` up to 1, then `x`, elementwise: a softplus with a tail of exact zeros. */
export function sparsePlus(x: TensorLike): Tensor {
  const value = floatTensor(x)
  const isStraight = greaterEqual(value, 1)
  // The parabola is kept finite where it is not taken. NaN is on it, so that its derivative is NaN.
  const parabola = multiply(square(add(where(isStraight, 0, value), 1)), 0.25)
  return where(lessEqual(value, -1), 0, where(isStraight, value, parabola))
}
