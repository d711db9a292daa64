import { defineBinary } from './elementwise.js'
import { multiply } from './multiply.js'
import { negative } from './negative.js'

/** `a / b`, elementwise, in `float32` whatever the operands are. See `floorDivide` for integers. */
export const divide = defineBinary({
  name: 'divide',
  operand: 'float',
  expression: (math, a, b) => math.div(a, b),
  reference: (a, b) => a / b,
  gradient: {
    a: ({ b, dy }) => divide(dy, b),
    b: ({ b, y, dy }) => negative(divide(multiply(dy, y), b)),
  },
})
