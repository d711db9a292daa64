import { defineBinary } from './elementwise.js'

/** Whether `a < b`, elementwise, as `bool`. False with NaN. */
export const less = defineBinary({
  name: 'less',
  operand: 'number',
  output: 'bool',
  expression: (math, a, b) => math.lt(a, b),
  reference: (a, b) => (a < b ? 1 : 0),
})
