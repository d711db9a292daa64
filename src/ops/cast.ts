import { checkDtype, type DType } from '../graph/dtype.js'
import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import type { ScalarMath } from '../graph/scalarMath.js'
import type { Tensor } from '../graph/tensor.js'
import { asTensor, type TensorLike } from './tensor.js'

/**
 * `x` converted to another type.
 * - To `float32`: integers are rounded to nearest; booleans become 0 and 1.
 * - `float32` to `int32`: truncated toward zero, saturated at the type's limits; NaN becomes 0.
 * - To `uint8`: as to `int32`, then modulo 256 (as NumPy and TensorFlow do; `clip` first to saturate).
 * - To `bool`: whether the element differs from 0 (NaN does).
 *
 * No gradient flows, since one side at least is not `float32`.
 *
 * @throws ArgumentError for what is no type
 */
export function cast(x: TensorLike, dtype: DType): Tensor {
  checkDtype(dtype, 'cast')
  const value = asTensor(x, dtype)
  return value.dtype === dtype ? value : applyOne(castOp, [value], { dtype })
}

export const castOp = defineOp<{ readonly dtype: DType }>({
  name: 'cast',
  kind: {
    kind: 'elementwise',
    expression: (math, [x], { dtype }, [from]) => convert(math, x, from, dtype),
  },
  infer: ([x], { dtype }) => [{ shape: x.shape, dtype }],
  reference: ([x], { dtype }) => [{ shape: x.shape, data: x.data.map((value) => converted(value, dtype)) }],
})

function convert<T>(math: ScalarMath<T>, x: T, from: DType, to: DType): T {
  if (to === 'bool') return math.ne(x, from === 'float32' ? math.float(0) : math.int(0))
  const integer = from === 'bool' ? math.boolToInt(x) : x
  switch (to) {
    case 'float32':
      return math.toFloat(integer)
    case 'int32':
    case 'uint8':
      return from === 'float32' ? math.toInt(x) : integer
  }
}

function converted(value: number, to: DType): number {
  const integer = Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(Number.isNaN(value) ? 0 : value)))
  switch (to) {
    case 'float32':
      return value
    case 'int32':
      return integer
    case 'uint8':
      return integer & 255
    case 'bool':
      return value === 0 ? 0 : 1
  }
}
