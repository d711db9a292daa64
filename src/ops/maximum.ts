import { defineBinary } from './elementwise.js'
import { greaterEqual } from './greaterEqual.js'
import { where } from './where.js'

/**
 * The larger of `a` and `b`, elementwise; NaN where either is NaN. Where they are equal, the gradient goes to `a`.
 */
export const maximum = defineBinary({
  name: 'maximum',
  operand: 'number',
  expression(math, a, b, dtype) {
    const result = math.max(a, b)
    return dtype === 'float32' ? math.select(math.ne(b, b), b, result) : result
  },
  reference: (a, b) => Math.max(a, b),
  gradient: {
    a: ({ a, b, dy }) => where(greaterEqual(a, b), dy, 0),
    b: ({ a, b, dy }) => where(greaterEqual(a, b), 0, dy),
  },
})
