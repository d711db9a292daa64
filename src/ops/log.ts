import { divide } from './divide.js'
import { defineUnary } from './elementwise.js'

/** The natural logarithm, elementwise; -Infinity at 0, NaN below. */
export const log = defineUnary({
  name: 'log',
  operand: 'float',
  expression: (math, x) => math.log(x),
  reference: Math.log,
  gradient: ({ x, dy }) => divide(dy, x),
})
