import { defineBinary } from './elementwise.js'

/** Whether `a != b`, elementwise, as `bool`. True with NaN. */
export const notEqual = defineBinary({
  name: 'notEqual',
  operand: 'number',
  output: 'bool',
  expression: (math, a, b) => math.ne(a, b),
  reference: (a, b) => (a !== b ? 1 : 0),
})
