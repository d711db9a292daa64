import { defineUnary } from './elementwise.js'
import { multiply } from './multiply.js'
import { sigmoid } from './sigmoid.js'

/** `ln(1 + e^x)`, elementwise, without overflow. */
export const softplus = defineUnary({
  name: 'softplus',
  operand: 'float',
  expression(math, x) {
    const zero = math.float(0)
    return math.add(math.max(x, zero), math.log1p(math.exp(math.neg(math.abs(x)))))
  },
  reference: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  gradient: ({ x, dy }) => multiply(dy, sigmoid(x)),
})
