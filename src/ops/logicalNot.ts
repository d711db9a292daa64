import { defineUnary } from './elementwise.js'

/** Whether `x` is false (or 0), elementwise, as `bool`. */
export const logicalNot = defineUnary({
  name: 'logicalNot',
  operand: 'boolean',
  expression: (math, x) => math.not(x),
  reference: (x) => 1 - x,
})
