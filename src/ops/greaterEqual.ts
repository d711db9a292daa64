import { defineBinary } from './elementwise.js'

/** Whether `a >= b`, elementwise, as `bool`. False with NaN. */
export const greaterEqual = defineBinary({
  name: 'greaterEqual',
  operand: 'number',
  output: 'bool',
  expression: (math, a, b) => math.le(b, a),
  reference: (a, b) => (a >= b ? 1 : 0),
})
