import { defineBinary } from './elementwise.js'

/** Bits set in exactly one of two integers, elementwise. */
export const bitwiseXor = defineBinary({
  name: 'bitwiseXor',
  operand: 'integer',
  expression: (math, a, b) => math.bitXor(a, b),
  reference: (a, b) => a ^ b,
})
