import { defineUnary, numeral } from './elementwise.js'

/** -1, 0 or 1 with the sign of `x`, elementwise; NaN for NaN. No gradient flows. */
export const sign = defineUnary({
  name: 'sign',
  operand: 'number',
  expression(math, x, dtype) {
    const zero = numeral(math, 0, dtype)
    const negativeOrZero = math.select(math.lt(x, zero), numeral(math, -1, dtype), x)
    return math.select(math.lt(zero, x), numeral(math, 1, dtype), negativeOrZero)
  },
  reference: Math.sign,
})
