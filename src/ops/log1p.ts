import { add } from './add.js'
import { divide } from './divide.js'
import { defineUnary } from './elementwise.js'

/** `ln(1 + x)`, elementwise, accurate near 0. */
export const log1p = defineUnary({
  name: 'log1p',
  operand: 'float',
  expression: (math, x) => math.log1p(x),
  reference: Math.log1p,
  gradient: ({ x, dy }) => divide(dy, add(x, 1)),
})
