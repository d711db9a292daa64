import { defineBinary } from './elementwise.js'

/** `a` shifted left by `b` bits modulo 32, elementwise; zeros come in from the right. */
export const leftShift = defineBinary({
  name: 'leftShift',
  operand: 'integer',
  expression: (math, a, b) => math.shiftLeft(a, b),
  reference: (a, b) => a << b,
})
