import { cos } from './cos.js'
import { defineUnary } from './elementwise.js'
import { multiply } from './multiply.js'

/**
 * The sine of `x` in radians, elementwise. It holds for `|x|` up to 400,000; take whole turns off of larger numbers before, in
 * JavaScript's numbers: neighbours in `float32` lie 0.03 apart there. Far beyond, the result is some number in [-1, 1].
 */
export const sin = defineUnary({
  name: 'sin',
  operand: 'float',
  expression: (math, x) => math.sin(x),
  reference: Math.sin,
  gradient: ({ x, dy }) => multiply(dy, cos(x)),
})
