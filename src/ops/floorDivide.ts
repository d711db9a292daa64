import { defineBinary } from './elementwise.js'

/**
 * `floor(a / b)`, elementwise. For integers a division by 0 gives 0. No gradient flows.
 */
export const floorDivide = defineBinary({
  name: 'floorDivide',
  operand: 'number',
  expression(math, a, b, dtype) {
    if (dtype === 'float32') return math.floor(math.div(a, b))
    const zero = math.int(0)
    const isZero = math.eq(b, zero)
    const divisor = math.select(isZero, math.int(1), b)
    const quotient = math.intDiv(a, divisor)
    const remainder = math.intRem(a, divisor)
    // Truncation rounds up where the remainder and the divisor have different signs.
    const roundedUp = math.and(math.ne(remainder, zero), math.lt(math.bitXor(remainder, divisor), zero))
    return math.select(isZero, zero, math.select(roundedUp, math.sub(quotient, math.int(1)), quotient))
  },
  reference: (a, b, dtype) => (dtype !== 'float32' && b === 0 ? 0 : Math.floor(a / b)),
})
