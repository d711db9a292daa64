import { defineUnary } from './elementwise.js'

/** `-x`, elementwise. */
export const negative = defineUnary({
  name: 'negative',
  operand: 'number',
  expression: (math, x) => math.neg(x),
  reference: (x) => -x,
  gradient: ({ dy }) => negative(dy),
})
