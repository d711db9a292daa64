import { abs } from './abs.js'
import { add } from './add.js'
import { divide } from './divide.js'
import { defineUnary } from './elementwise.js'
import { square } from './square.js'

/** `x / (1 + |x|)`, elementwise. */
export const softsign = defineUnary({
  name: 'softsign',
  operand: 'float',
  expression: (math, x) => math.div(x, math.add(math.float(1), math.abs(x))),
  reference: (x) => x / (1 + Math.abs(x)),
  // 1 / (1 + |x|)^2: the quotient rule would subtract nearly equal numbers.
  gradient: ({ x, dy }) => divide(dy, square(add(abs(x), 1))),
})
