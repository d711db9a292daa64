import { defineBinary } from './elementwise.js'

/** Bits set in both of two integers, elementwise. */
export const bitwiseAnd = defineBinary({
  name: 'bitwiseAnd',
  operand: 'integer',
  expression: (math, a, b) => math.bitAnd(a, b),
  reference: (a, b) => a & b,
})
