import { defineUnary } from './elementwise.js'

/** The smallest integer not below `x`, elementwise. No gradient flows. */
export const ceil = defineUnary({
  name: 'ceil',
  operand: 'number',
  expression: (math, x, dtype) => (dtype === 'float32' ? math.ceil(x) : x),
  reference: Math.ceil,
})
