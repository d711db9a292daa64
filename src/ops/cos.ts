import { defineUnary } from './elementwise.js'
import { multiply } from './multiply.js'
import { negative } from './negative.js'
import { sin } from './sin.js'

/** The cosine of `x` in radians, elementwise. It holds for `|x|` up to 400,000: see `sin`. */
export const cos = defineUnary({
  name: 'cos',
  operand: 'float',
  expression: (math, x) => math.cos(x),
  reference: Math.cos,
  gradient: ({ x, dy }) => negative(multiply(dy, sin(x))),
})
