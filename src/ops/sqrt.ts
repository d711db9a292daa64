import { divide } from './divide.js'
import { defineUnary } from './elementwise.js'
import { multiply } from './multiply.js'

/** The square root, elementwise; NaN below 0. */
export const sqrt = defineUnary({
  name: 'sqrt',
  operand: 'float',
  expression: (math, x) => math.sqrt(x),
  reference: Math.sqrt,
  gradient: ({ y, dy }) => divide(multiply(dy, 0.5), y),
})
