import { defineBinary } from './elementwise.js'

/** Whether `a <= b`, elementwise, as `bool`. False with NaN. */
export const lessEqual = defineBinary({
  name: 'lessEqual',
  operand: 'number',
  output: 'bool',
  expression: (math, a, b) => math.le(a, b),
  reference: (a, b) => (a <= b ? 1 : 0),
})
