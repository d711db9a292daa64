import { defineUnary } from './elementwise.js'
import { multiply } from './multiply.js'
import { square } from './square.js'

/** `1 / sqrt(x)`, elementwise. */
export const rsqrt = defineUnary({
  name: 'rsqrt',
  operand: 'float',
  expression: (math, x) => math.div(math.float(1), math.sqrt(x)),
  reference: (x) => 1 / Math.sqrt(x),
  gradient: ({ y, dy }) => multiply(multiply(dy, -0.5), multiply(y, square(y))),
})
