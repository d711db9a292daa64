import { defineUnary } from './elementwise.js'
import { multiply } from './multiply.js'

/** `e^x`, elementwise. */
export const exp = defineUnary({
  name: 'exp',
  operand: 'float',
  expression: (math, x) => math.exp(x),
  reference: Math.exp,
  gradient: ({ y, dy }) => multiply(dy, y),
})
