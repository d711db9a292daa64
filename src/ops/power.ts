import { defineBinary } from './elementwise.js'
import { equal } from './equal.js'
import { greater } from './greater.js'
import { log } from './log.js'
import { multiply } from './multiply.js'
import { subtract } from './subtract.js'
import { where } from './where.js'

/**
 * `a^b`, elementwise, in `float32` whatever the operands are. A negative base to a broken exponent is NaN.
 * The gradient with respect to `b` is 0 where `a <= 0`, and that with respect to `a` is 0 where `b` is 0.
 */
export const power = defineBinary({
  name: 'power',
  operand: 'float',
  expression: (math, a, b) => math.pow(a, b),
  reference: (a, b) => a ** b,
  gradient: {
    a: ({ a, b, dy }) => multiply(dy, multiply(b, power(a, where(equal(b, 0), 1, subtract(b, 1))))),
    b: ({ a, y, dy }) => multiply(dy, where(greater(a, 0), multiply(y, log(where(greater(a, 0), a, 1))), 0)),
  },
})
