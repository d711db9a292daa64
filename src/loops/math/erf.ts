import type { LoopBuilder } from '../builder.js'
import type { Value } from '../ir.js'
import { expWithin } from './exp.js'
import { flipSign, polynomial, signOf } from './polynomial.js'

/** `erf(t) / t - 1` by powers of `t^2`, on `t <= 0.93`; relative error of erf below 2^-26. */
export const erfCoefficients = [
  0.128379166, -0.376126319, 0.112836875, -0.0268589407, 0.00519990688, -0.000813001301, 0.0000831677607,
]

/** `log(1 - erf(t)) / t` on `0.92 <= t <= 4`; error of erf below 2^-27. */
export const erfcLogCoefficients = [
  -1.12851071, -0.635730982, -0.105244629, 0.0228785891, -0.00321131037, 0.000213531966,
]

/** Below it the first polynomial serves, above it the second. */
export const erfThreshold = 0.925

/**
 * The error function `2 / sqrt(pi)` times the integral of `e^(-t^2)` from 0 to x, within 1 ulp of the correctly
 * rounded value, denormal results included. `-0` stays `-0`; NaN stays.
 *
 * For `t = |x|` from 0.925 on: `erf(t) = 1 - e^(t Q(t))` with a polynomial Q (the form is N. Juffa's).
 */
export const erf = (l: LoopBuilder, x: Value): Value => {
  // From 3.92 on the result rounds to 1.
  const t = l.binary('min', l.unary('abs', x), l.float(4))
  const complement = expWithin(l, l.mul(t, polynomial(l, t, erfcLogCoefficients)))
  const large = l.sub(l.float(1), complement)
  const small = l.mulAdd(polynomial(l, l.mul(t, t), erfCoefficients), t, t)
  const result = l.select(l.compare('lt', t, l.float(erfThreshold)), small, large)
  return flipSign(l, result, signOf(l, x))
}
