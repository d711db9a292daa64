import { defineUnary } from './elementwise.js'
import { multiply } from './multiply.js'
import { negative } from './negative.js'
import { sigmoid } from './sigmoid.js'

/** `ln(1 / (1 + e^-x))`, elementwise, without overflow. */
export const logSigmoid = defineUnary({
  name: 'logSigmoid',
  operand: 'float',
  expression(math, x) {
    const zero = math.float(0)
    return math.sub(math.min(x, zero), math.log1p(math.exp(math.neg(math.abs(x)))))
  },
  reference: (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
  gradient: ({ x, dy }) => multiply(dy, sigmoid(negative(x))),
})
