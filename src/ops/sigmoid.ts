import { defineUnary } from './elementwise.js'
import { multiply } from './multiply.js'
import { subtract } from './subtract.js'

/** The logistic function `1 / (1 + e^-x)`, elementwise. */
export const sigmoid = defineUnary({
  name: 'sigmoid',
  operand: 'float',
  expression: (math, x) => math.sigmoid(x),
  reference: (x) => 1 / (1 + Math.exp(-x)),
  gradient: ({ y, dy }) => multiply(dy, multiply(y, subtract(1, y))),
})
