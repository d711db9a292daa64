import type { LoopBuilder } from '../builder.js'
import type { Value } from '../ir.js'
import { expCoefficients } from './exp.js'
import { powerOfTwo, reduceExponent } from './exponent.js'
import { polynomial } from './polynomial.js'

/**
 * `e^x - 1`, within 2 ulp of the correctly rounded value, denormal results included. `-0` stays `-0`; at -infinity
 * it is -1; NaN stays.
 *
 * With `x = n ln 2 + r`: `e^x - 1 = 2^n (e^r - 1) + (2^n - 1)`. Where n is 1 or -1 the two terms partly cancel, so
 * that the rounding of r must be carried along.
 */
export const expm1 = (l: LoopBuilder, x: Value): Value => {
  // Below -25 the result rounds to -1; above 89 it is infinite.
  const inRange = l.binary('min', l.binary('max', x, l.float(-25)), l.float(89))
  const { r, rest, exponentBits } = reduceExponent(l, inRange)
  const tail = polynomial(l, r, expCoefficients)
  const low = rest()
  const reduced = l.add(l.mulAdd(l.mul(r, r), tail, l.mulAdd(low, r, low)), r)
  // 2^(n - 1), doubled at the end: n may be 128.
  const half = powerOfTwo(l, exponentBits, -1)
  const result = l.mul(l.mulAdd(half, reduced, l.sub(half, l.float(0.5))), l.float(2))
  return l.select(l.compare('lt', l.unary('abs', x), l.float(2 ** -25)), x, result)
}
