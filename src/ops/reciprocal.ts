import { defineUnary } from './elementwise.js'
import { multiply } from './multiply.js'
import { negative } from './negative.js'
import { square } from './square.js'

/** `1 / x`, elementwise. */
export const reciprocal = defineUnary({
  name: 'reciprocal',
  operand: 'float',
  expression: (math, x) => math.div(math.float(1), x),
  reference: (x) => 1 / x,
  gradient: ({ y, dy }) => negative(multiply(dy, square(y))),
})
