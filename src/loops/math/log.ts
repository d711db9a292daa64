import type { LoopBuilder } from '../builder.js'
import type { Value } from '../ir.js'
import { ln2High, ln2Low } from './exponent.js'
import { polynomial } from './polynomial.js'

/** `(log(1 + f) - f + f^2 / 2) / f^3` on `sqrt(1/2) - 1 <= f <= sqrt(2) - 1`; relative error of log below 2^-28. */
export const logCoefficients = [
  0.333333135, -0.250000089, 0.200021192, -0.166679963, 0.142195523, -0.124055885, 0.11888162, -0.116756521,
  0.0674664229,
]

const sqrtHalfBits = 0x3f3504f3

/** A positive, finite, normal x as `2^exponent * mantissa` with `sqrt(1/2) <= mantissa < sqrt(2)`. */
export const splitFloat = (l: LoopBuilder, x: Value): { exponent: Value; mantissa: Value } => {
  const offset = l.sub(l.convert('floatToBits', x), l.int(sqrtHalfBits))
  const exponent = l.convert('toFloat', l.binary('shr', offset, l.int(23)))
  const mantissaBits = l.add(l.binary('and', offset, l.int(0x7fffff)), l.int(sqrtHalfBits))
  return { exponent, mantissa: l.convert('bitsToFloat', mantissaBits) }
}

/** As `splitFloat`, but x may be denormal. */
export const splitAnyFloat = (l: LoopBuilder, x: Value): { exponent: Value; mantissa: Value } => {
  const denormal = l.compare('lt', x, l.float(2 ** -126))
  const { exponent, mantissa } = splitFloat(l, l.select(denormal, l.mul(x, l.float(2 ** 23)), x))
  return { exponent: l.sub(exponent, l.select(denormal, l.float(23), l.float(0))), mantissa }
}

/** `exponent * ln 2 + log(mantissa) + correction`, for a correction that is small against the result. */
export const logOfParts = (
  l: LoopBuilder,
  { exponent, mantissa }: { exponent: Value; mantissa: Value },
  correction?: Value,
): Value => {
  const f = l.sub(mantissa, l.float(1))
  const square = l.mul(f, f)
  const low = correction ? l.mulAdd(exponent, l.float(ln2Low), correction) : l.mul(exponent, l.float(ln2Low))
  // Small terms first: each later addition rounds a larger sum.
  const cubic = l.mulAdd(l.mul(f, square), polynomial(l, f, logCoefficients), low)
  const quadratic = l.mulAdd(square, l.float(-0.5), cubic)
  return l.mulAdd(exponent, l.float(ln2High), l.add(f, quadratic))
}

/** Replaces `result` where log(x) is not finite: infinity and NaN stay, 0 gives -infinity, less than 0 gives NaN. */
export const logSpecialCases = (l: LoopBuilder, x: Value, result: Value): Value => {
  const finite = l.select(l.compare('lt', x, l.float(Infinity)), result, x)
  const positive = l.select(l.compare('lt', x, l.float(0)), l.float(Number.NaN), finite)
  return l.select(l.compare('eq', x, l.float(0)), l.float(-Infinity), positive)
}

/**
 * The natural logarithm, within 1 ulp of the correctly rounded value, also of denormal numbers.
 * `log(0) = -infinity`, of either sign; `log(x)` is NaN for x below 0; `log(infinity) = infinity`; NaN stays.
 */
export const log = (l: LoopBuilder, x: Value): Value =>
  logSpecialCases(l, x, logOfParts(l, splitAnyFloat(l, x)))
