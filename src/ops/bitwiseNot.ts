import { defineUnary } from './elementwise.js'

/** All bits of an integer inverted, elementwise. */
export const bitwiseNot = defineUnary({
  name: 'bitwiseNot',
  operand: 'integer',
  expression: (math, x) => math.bitXor(x, math.int(-1)),
  reference: (x) => ~x,
})
