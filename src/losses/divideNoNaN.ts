import type { Tensor } from '../graph/tensor.js'
import { divide } from '../ops/divide.js'
import { equal } from '../ops/equal.js'
import type { TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'

/** `a / b`, and 0 where `b` is 0 (Keras's `divide_no_nan`): the mean of nothing is 0. */
export function divideNoNaN(a: TensorLike, b: TensorLike): Tensor {
  const isZero = equal(b, 0)
  return where(isZero, 0, divide(a, where(isZero, 1, b)))
}
