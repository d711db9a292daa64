import { defineUnary } from './elementwise.js'
import { multiply } from './multiply.js'

/** `x^2`, elementwise. */
export const square = defineUnary({
  name: 'square',
  operand: 'number',
  expression: (math, x) => math.mul(x, x),
  reference: (x) => x * x,
  gradient: ({ x, dy }) => multiply(dy, multiply(x, 2)),
})
