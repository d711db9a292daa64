import { defineBinary } from './elementwise.js'

/** Whether both are true (not 0), elementwise, as `bool`. */
export const logicalAnd = defineBinary({
  name: 'logicalAnd',
  operand: 'boolean',
  expression: (math, a, b) => math.and(a, b),
  reference: (a, b) => a * b,
})
