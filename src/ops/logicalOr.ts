import { defineBinary } from './elementwise.js'

/** Whether one at least is true (not 0), elementwise, as `bool`. */
export const logicalOr = defineBinary({
  name: 'logicalOr',
  operand: 'boolean',
  expression: (math, a, b) => math.or(a, b),
  reference: (a, b) => Math.max(a, b),
})
