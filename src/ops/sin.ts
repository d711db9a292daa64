import { cos } from './cos.js'
import { defineUnary } from './elementwise.js'
import { multiply } from './multiply.js'

/** The sine of `x` in radians, elementwise. */
export const sin = defineUnary({
  name: 'sin',
  operand: 'float',
  expression: (math, x) => math.sin(x),
  reference: Math.sin,
  gradient: ({ x, dy }) => multiply(dy, cos(x)),
})
