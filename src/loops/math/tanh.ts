import type { LoopBuilder } from '../builder.js'
import type { Value } from '../ir.js'
import { expWithin } from './exp.js'
import { flipSign, polynomial, signOf } from './polynomial.js'

/** `(tanh(t) / t - 1) / t^2` by powers of `t^2`, on `t <= 0.625`; relative error of tanh below 2^-27. */
export const tanhCoefficients = [-0.333332837, 0.133314908, -0.0537434965, 0.020650588, -0.00571704516]

/** Below it a polynomial serves, above it the exponential function. */
export const tanhThreshold = 0.625

/**
 * The hyperbolic tangent, within 1 ulp of the correctly rounded value, denormal results included. `-0` stays `-0`; NaN stays.
 *
 * For `t = |x|` from 0.625 on: `tanh(t) = 1 - 2 / (e^2t + 1)`.
 */
export const tanh = (l: LoopBuilder, x: Value): Value => {
  const magnitude = l.unary('abs', x)
  // From 9.02 on the result rounds to 1.
  const t = l.binary('min', magnitude, l.float(10))
  const power = expWithin(l, l.add(t, t))
  const large = l.sub(l.float(1), l.binary('div', l.float(2), l.add(power, l.float(1))))
  const square = l.mul(t, t)
  const small = l.mulAdd(l.mul(square, polynomial(l, square, tanhCoefficients)), t, t)
  const result = l.select(l.compare('lt', t, l.float(tanhThreshold)), small, large)
  return flipSign(l, result, signOf(l, x))
}
