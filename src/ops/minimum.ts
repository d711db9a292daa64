import { defineBinary } from './elementwise.js'
import { lessEqual } from './lessEqual.js'
import { where } from './where.js'

/**
 * The smaller of `a` and `b`, elementwise; NaN where either is NaN. Where they are equal, the gradient goes to `a`.
 */
export const minimum = defineBinary({
  name: 'minimum',
  operand: 'number',
  expression(math, a, b, dtype) {
    const result = math.min(a, b)
    return dtype === 'float32' ? math.select(math.ne(b, b), b, result) : result
  },
  reference: (a, b) => Math.min(a, b),
  gradient: {
    a: ({ a, b, dy }) => where(lessEqual(a, b), dy, 0),
    b: ({ a, b, dy }) => where(lessEqual(a, b), 0, dy),
  },
})
