import { defineUnary } from './elementwise.js'
import { multiply } from './multiply.js'
import { square } from './square.js'
import { subtract } from './subtract.js'

/** The hyperbolic tangent `2 / (1 + e^(-2x)) - 1`, elementwise. */
export const tanh = defineUnary({
  name: 'tanh',
  operand: 'float',
  expression: (math, x) => math.tanh(x),
  reference: Math.tanh,
  gradient: ({ y, dy }) => multiply(dy, subtract(1, square(y))),
})
