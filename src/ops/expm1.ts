import { add } from './add.js'
import { defineUnary } from './elementwise.js'
import { multiply } from './multiply.js'

/** `e^x - 1`, elementwise, accurate near 0. */
export const expm1 = defineUnary({
  name: 'expm1',
  operand: 'float',
  expression: (math, x) => math.expm1(x),
  reference: Math.expm1,
  gradient: ({ y, dy }) => multiply(dy, add(y, 1)),
})
