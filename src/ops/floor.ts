import { defineUnary } from './elementwise.js'

/** The largest integer not above `x`, elementwise. No gradient flows. */
export const floor = defineUnary({
  name: 'floor',
  operand: 'number',
  expression: (math, x, dtype) => (dtype === 'float32' ? math.floor(x) : x),
  reference: Math.floor,
})
