import { defineUnary, numeral } from './elementwise.js'
import { greater } from './greater.js'
import { where } from './where.js'

/**
 * The rectifier `max(x, 0)`, elementwise. Its gradient is stated in terms of the output, so that the input need not be
 * kept; at 0 it is 0.
 */
export const relu = defineUnary({
  name: 'relu',
  operand: 'number',
  expression: (math, x, dtype) => math.max(x, numeral(math, 0, dtype)),
  reference: (x) => Math.max(x, 0),
  gradient: ({ y, dy }) => where(greater(y, 0), dy, 0),
})
