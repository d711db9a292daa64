import { defineBinary } from './elementwise.js'

/** Bits set in one at least of two integers, elementwise. */
export const bitwiseOr = defineBinary({
  name: 'bitwiseOr',
  operand: 'integer',
  expression: (math, a, b) => math.bitOr(a, b),
  reference: (a, b) => a | b,
})
