import { defineBinary } from './elementwise.js'

/** Whether `a > b`, elementwise, as `bool`. False with NaN. */
export const greater = defineBinary({
  name: 'greater',
  operand: 'number',
  output: 'bool',
  expression: (math, a, b) => math.lt(b, a),
  reference: (a, b) => (a > b ? 1 : 0),
})
