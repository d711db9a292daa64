import type { Tensor } from '../graph/tensor.js'
import { expm1 } from '../ops/expm1.js'
import { less } from '../ops/less.js'
import { multiply } from '../ops/multiply.js'
import type { TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { floatTensor } from './floatTensor.js'

const ALPHA = 1.6732632423543772
const SCALE = 1.0507009873554805

/**
 * The scaled exponential linear unit, elementwise: `scale x` for `x >= 0`, else `scale alpha (e^x - 1)`, with alpha 1.6733
 * and scale 1.0507. With `lecun_normal` kernels, deep stacks keep the mean of activations near 0 and their deviation
 * near 1 by themselves.
 *
 * Source: Klambauer et al., Self-normalizing neural networks, 2017.
 */
export function selu(x: TensorLike): Tensor {
  const value = floatTensor(x)
  const negative = less(value, 0)
  return multiply(where(negative, multiply(expm1(where(negative, value, 0)), ALPHA), value), SCALE)
}
