import { defineBinary } from './elementwise.js'

/** `a` shifted right by `b` bits modulo 32, elementwise; zeros come in from the left. */
export const rightShiftUnsigned = defineBinary({
  name: 'rightShiftUnsigned',
  operand: 'integer',
  expression: (math, a, b) => math.shiftRightUnsigned(a, b),
  reference: (a, b) => a >>> b,
})
