import type { ScalarMath } from '../graph/scalarMath.js'
import { defineBinary } from './elementwise.js'
import { floorDivide, haveOtherSigns } from './floorDivide.js'
import { multiply } from './multiply.js'
import { negative } from './negative.js'

/**
 * `a - floor(a / b) * b`, elementwise: the remainder with the sign of `b`, and nearer to 0 than `b`. For integers a remainder
 * by 0 is 0.
 *
 * For floats it is NaN if `b` is 0 or `a` infinite; with an infinite `b` it is `a`, or `b` where the signs differ. Its error is
 * that of rounding `a`, up to `|a| / 2^24`, where a processor does not round a product and a sum at once, as most do: there
 * it is exact up to `|a / b| = 2^24`. Where `a / b` is beyond 2^48, it says nothing of `a`, or is NaN.
 */
export const mod = defineBinary({
  name: 'mod',
  operand: 'number',
  expression(math, a, b, dtype) {
    if (dtype === 'float32') return floatMod(math, a, b)
    const zero = math.int(0)
    const isZero = math.eq(b, zero)
    const divisor = math.select(isZero, math.int(1), b)
    const remainder = math.intRem(a, divisor)
    const otherSign = math.and(math.ne(remainder, zero), math.lt(math.bitXor(remainder, divisor), zero))
    return math.select(isZero, zero, math.select(otherSign, math.add(remainder, divisor), remainder))
  },
  reference(a, b, dtype) {
    if (dtype !== 'float32' && b === 0) return 0
    const remainder = a % b
    return remainder * b < 0 ? remainder + b : remainder
  },
  gradient: {
    a: ({ dy }) => dy,
    b: ({ a, b, dy }) => negative(multiply(dy, floorDivide(a, b))),
  },
})

function floatMod<T>(math: ScalarMath<T>, a: T, b: T): T {
  const reduce = (x: T) => math.mulAdd(math.neg(math.floor(math.div(x, b))), b, x)
  // A quotient that was rounded up, or is too large to be exact, leaves a remainder that is divided again.
  const remainder = reduce(reduce(reduce(a)))
  const size = math.abs(b)
  const inside = math.select(math.le(size, math.abs(remainder)), math.float(0), remainder)
  const infinity = math.float(Number.POSITIVE_INFINITY)
  const isAlone = math.and(math.eq(size, infinity), math.lt(math.abs(a), infinity))
  return math.select(isAlone, math.select(haveOtherSigns(math, a, b), b, a), inside)
}
