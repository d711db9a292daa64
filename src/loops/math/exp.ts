import type { LoopBuilder } from '../builder.js'
import type { Value } from '../ir.js'
import { powerOfTwo, reduceExponent } from './exponent.js'
import { polynomial } from './polynomial.js'

/** `(e^r - 1 - r) / r^2` on `|r| <= ln 2 / 2`; relative error of `e^r` below 2^-27. */
export const expCoefficients = [0.49999994, 0.166665196, 0.0416684076, 0.00836891402, 0.00138141913]

/** The largest float32 x for which e^x is finite, and the smallest for which it is normal. */
export const largestExponent = 88.72283172607422
const smallestExponent = -87.33654022216797

/** `e^r` for `|r| <= ln 2 / 2`. */
const expReduced = (l: LoopBuilder, r: Value): Value => {
  const tail = polynomial(l, r, expCoefficients)
  return l.add(l.mulAdd(l.mul(r, r), tail, r), l.float(1))
}

/**
 * `e^x`, within 1 ulp of the correctly rounded value. Results below the smallest normal number 2^-126 are 0 (an
 * absolute error below 2^-126), because denormal numbers slow down everything that follows.
 * `e^-infinity = 0`, `e^infinity = infinity`; NaN stays.
 */
export const exp = (l: LoopBuilder, x: Value): Value => {
  const { r, exponentBits } = reduceExponent(l, x)
  // On integers, so that n = 128 works where e^r is below 1.
  const bits = l.add(l.convert('floatToBits', expReduced(l, r)), exponentBits)
  const finite = l.convert('bitsToFloat', bits)
  // Past the largest exponent, x * infinity is infinity; and it is NaN for NaN.
  const above = l.select(l.compare('le', x, l.float(largestExponent)), finite, l.mul(x, l.float(Infinity)))
  return l.select(l.compare('lt', x, l.float(smallestExponent)), l.float(0), above)
}

/** `e^x` for `-87.3 <= x <= 88.0` only, without the tests of `exp`; NaN stays. */
export const expWithin = (l: LoopBuilder, x: Value): Value => {
  const { r, exponentBits } = reduceExponent(l, x)
  return l.mul(expReduced(l, r), powerOfTwo(l, exponentBits))
}

/** `e^x` for `x <= 0`, as `exp`, but for fewer instructions. */
export const expOfNegative = (l: LoopBuilder, x: Value): Value =>
  l.select(l.compare('lt', x, l.float(smallestExponent)), l.float(0), expWithin(l, x))
