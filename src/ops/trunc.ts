import { defineUnary } from './elementwise.js'

/** `x` without its fraction, elementwise. No gradient flows. */
export const trunc = defineUnary({
  name: 'trunc',
  operand: 'number',
  expression: (math, x, dtype) => (dtype === 'float32' ? math.trunc(x) : x),
  reference: Math.trunc,
})
