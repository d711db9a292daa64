import { defineBinary } from './elementwise.js'
import { floorDivide } from './floorDivide.js'
import { multiply } from './multiply.js'
import { negative } from './negative.js'

/**
 * `a - floor(a / b) * b`, elementwise: the remainder with the sign of `b`. For integers a remainder by 0 is 0.
 */
export const mod = defineBinary({
  name: 'mod',
  operand: 'number',
  expression(math, a, b, dtype) {
    if (dtype === 'float32') return math.sub(a, math.mul(math.floor(math.div(a, b)), b))
    const zero = math.int(0)
    const isZero = math.eq(b, zero)
    const divisor = math.select(isZero, math.int(1), b)
    const remainder = math.intRem(a, divisor)
    const otherSign = math.and(math.ne(remainder, zero), math.lt(math.bitXor(remainder, divisor), zero))
    return math.select(isZero, zero, math.select(otherSign, math.add(remainder, divisor), remainder))
  },
  reference: (a, b, dtype) => (dtype !== 'float32' && b === 0 ? 0 : a - Math.floor(a / b) * b),
  gradient: {
    a: ({ dy }) => dy,
    b: ({ a, b, dy }) => negative(multiply(dy, floorDivide(a, b))),
  },
})
