import type { LoopBuilder } from '../builder.js'
import type { Value } from '../ir.js'
import { roundingShift } from './exponent.js'
import { polynomial } from './polynomial.js'

/** `(sin(r) / r - 1) / r^2` and `(cos(r) - 1 + r^2 / 2) / r^4` by powers of `r^2`, on `|r| <= 0.8`. */
export const sinCoefficients = [-0.166666538, 0.00833209045, -0.000195052402]
export const cosCoefficients = [0.0416666456, -0.00138872513, 0.000024424924]

/**
 * pi / 2 in five parts (Cody and Waite). All but the last have at most 6 digits, so that their products with
 * integers below 2^18 are exact, whether a target fuses `mulAdd` or not.
 */
const halfPi = [50 / 2 ** 5, 34 / 2 ** 12, -37 / 2 ** 23, -47 / 2 ** 30, 6.07710063e-11] as const

/** `x - n pi / 2`, for the integer n nearest to `x / (pi / 2)`, below 2^18. */
const subtractQuarters = (l: LoopBuilder, x: Value, n: Value): Value => {
  const [first, second, third, fourth, last] = halfPi.map((part) => l.float(-part))
  // The first three differences are exact. The rounding of the next is carried into the last.
  const r3 = l.mulAdd(n, third, l.mulAdd(n, second, l.mulAdd(n, first, x)))
  const r4 = l.mulAdd(n, fourth, r3)
  const lost = l.mulAdd(n, fourth, l.sub(r3, r4))
  return l.add(r4, l.mulAdd(n, last, lost))
}

/** The sine and cosine of `|x|` reduced to `[-0.82, 0.82]`, and the number of quarter turns taken off. */
export const quarterTurn = (l: LoopBuilder, magnitude: Value): { sin: Value; cos: Value; quarter: Value } => {
  const shifted = l.mulAdd(magnitude, l.float(2 / Math.PI), l.float(roundingShift))
  const n = l.sub(shifted, l.float(roundingShift))
  const rest = subtractQuarters(l, magnitude, n)
  // For |x| near 400,000 the rounding of x * 2 / pi may choose the neighbouring n, so that |r| exceeds pi / 4 a
  // little. Where the reduction fails altogether, the limit keeps results in [-1, 1].
  const limit = 0.82
  const r = l.binary('min', l.binary('max', rest, l.float(-limit)), l.float(limit))
  const square = l.mul(r, r)
  const sin = l.mulAdd(l.mul(square, polynomial(l, square, sinCoefficients)), r, r)
  const tail = l.mul(l.mul(square, square), polynomial(l, square, cosCoefficients))
  const cos = l.add(l.mulAdd(square, l.float(-0.5), tail), l.float(1))
  return { sin, cos, quarter: l.convert('floatToBits', shifted) }
}
