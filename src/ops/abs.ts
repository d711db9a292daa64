import { defineUnary } from './elementwise.js'
import { multiply } from './multiply.js'
import { sign } from './sign.js'

/** `|x|`, elementwise. Its gradient is 0 at 0. */
export const abs = defineUnary({
  name: 'abs',
  operand: 'number',
  expression: (math, x, dtype) => (dtype === 'uint8' ? x : math.abs(x)),
  reference: Math.abs,
  gradient: ({ x, dy }) => multiply(dy, sign(x)),
})
