import type { ScalarMath } from '../graph/scalarMath.js'
import { defineBinary } from './elementwise.js'

/**
 * `floor(a / b)`, elementwise. For integers a division by 0 gives 0. No gradient flows.
 */
export const floorDivide = defineBinary({
  name: 'floorDivide',
  operand: 'number',
  expression(math, a, b, dtype) {
    if (dtype === 'float32') {
      const quotient = math.floor(math.div(a, b))
      // Below 0, but rounded to -0, as with an infinite divisor.
      const isLost = math.and(math.eq(quotient, math.float(0)), haveOtherSigns(math, a, b))
      return math.select(isLost, math.float(-1), quotient)
    }
    const zero = math.int(0)
    const isZero = math.eq(b, zero)
    const divisor = math.select(isZero, math.int(1), b)
    const quotient = math.intDiv(a, divisor)
    const remainder = math.intRem(a, divisor)
    // Truncation rounds up where the remainder and the divisor have different signs.
    const roundedUp = math.and(math.ne(remainder, zero), math.lt(math.bitXor(remainder, divisor), zero))
    return math.select(isZero, zero, math.select(roundedUp, math.sub(quotient, math.int(1)), quotient))
  },
  reference(a, b, dtype) {
    if (dtype !== 'float32' && b === 0) return 0
    const quotient = Math.floor(a / b)
    return quotient === 0 && a * b < 0 ? -1 : quotient
  },
})

/** Whether one float is above 0 and the other below. */
export function haveOtherSigns<T>(math: ScalarMath<T>, a: T, b: T): T {
  const zero = math.float(0)
  return math.or(math.and(math.lt(a, zero), math.lt(zero, b)), math.and(math.lt(zero, a), math.lt(b, zero)))
}
