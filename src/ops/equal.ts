import { defineBinary } from './elementwise.js'

/** Whether `a == b`, elementwise, as `bool`. False with NaN. */
export const equal = defineBinary({
  name: 'equal',
  operand: 'number',
  output: 'bool',
  expression: (math, a, b) => math.eq(a, b),
  reference: (a, b) => (a === b ? 1 : 0),
})
