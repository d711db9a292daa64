import type { LoopBuilder } from '../builder.js'
import type { Value } from '../ir.js'
import { powerOfTwo, roundingShift } from './exponent.js'
import { splitAnyFloat } from './log.js'
import { flipSign, polynomial, signOf } from './polynomial.js'

/** `(3 atanh(s) / s - 3 - s^2) / s^4` by powers of `s^2`, on `|s| <= 0.1716`. */
export const atanhCoefficients = [0.600002289, 0.428206265, 0.351297289]

/** `(2^r - 1) / r` on `|r| <= 0.5`; relative error of `2^r` below 2^-25. */
export const exp2Coefficients = [
  0.693147182, 0.240226477, 0.0555033199, 0.00961843971, 0.00133991323, 0.000153531539,
]

/** `2 / (3 ln 2)`, and its first 12 digits and the rest. */
const log2Scale = 2 / (3 * Math.LN2)
const log2ScaleHigh = 3939 / 4096
const log2ScaleLow = log2Scale - log2ScaleHigh

/** The first 12 digits of a float: products of two such numbers are exact. */
const high = (l: LoopBuilder, x: Value): Value =>
  l.convert('bitsToFloat', l.binary('and', l.convert('floatToBits', x), l.int(-4096)))

/** A sum of two floats that is more precise than one: `high` has at most 12 digits. */
interface Pair {
  readonly high: Value
  readonly low: Value
}

/**
 * `log2(x)` for positive, finite x, to a relative error of about 2^-33 (after the float pow of Sun's fdlibm): with
 * `x = 2^e m` and `s = (m - 1) / (m + 1)`, `log2(m) = 2 / (3 ln 2) * s * (3 + s^2 + s^4 (3/5 + 3/7 s^2 + ...))`,
 * each factor as a pair.
 */
const log2Pair = (l: LoopBuilder, x: Value): Pair => {
  const { exponent, mantissa } = splitAnyFloat(l, x)
  const difference = l.sub(mantissa, l.float(1))
  const sum = l.add(mantissa, l.float(1))
  const reciprocal = l.binary('div', l.float(1), sum)
  const s = l.mul(difference, reciprocal)
  const sHigh = high(l, s)
  const sumHigh = high(l, sum)
  const sumLow = l.sub(mantissa, l.sub(sumHigh, l.float(1)))
  const remainder = l.sub(l.sub(difference, l.mul(sHigh, sumHigh)), l.mul(sHigh, sumLow))
  const sLow = l.mul(reciprocal, remainder)

  const square = l.mul(s, s)
  const tail = l.mul(l.mul(square, square), polynomial(l, square, atanhCoefficients))
  // s^2 = sHigh^2 + sLow (sHigh + s)
  const rest = l.mulAdd(sLow, l.add(sHigh, s), tail)
  const squareHigh = l.mul(sHigh, sHigh)
  const series = l.add(l.add(squareHigh, l.float(3)), rest)
  const seriesHigh = high(l, series)
  const seriesLow = l.sub(rest, l.sub(l.sub(seriesHigh, l.float(3)), squareHigh))

  const productHigh = l.mul(sHigh, seriesHigh)
  const productLow = l.mulAdd(sLow, seriesHigh, l.mul(seriesLow, s))
  const pHigh = high(l, l.add(productHigh, productLow))
  const pLow = l.sub(productLow, l.sub(pHigh, productHigh))

  const logHigh = l.mul(pHigh, l.float(log2ScaleHigh))
  const logLow = l.mulAdd(pHigh, l.float(log2ScaleLow), l.mul(pLow, l.float(log2Scale)))
  const result = high(l, l.add(l.add(logHigh, logLow), exponent))
  return { high: result, low: l.sub(logLow, l.sub(l.sub(result, exponent), logHigh)) }
}

/** `2^(a + b)` for any a and smaller b, rounded to 0 and infinity where it must be; NaN stays. */
const exp2OfSum = (l: LoopBuilder, a: Value, b: Value): Value => {
  const sum = l.add(a, b)
  const shifted = l.add(sum, l.float(roundingShift))
  const n = l.sub(shifted, l.float(roundingShift))
  const r = l.add(l.sub(a, n), b)
  const power = l.mulAdd(r, polynomial(l, r, exp2Coefficients), l.float(1))
  // In two steps: 2^n itself may be denormal or infinite where the result is not.
  const integer = l.sub(l.convert('floatToBits', shifted), l.convert('floatToBits', l.float(roundingShift)))
  const half = l.binary('shr', integer, l.int(1))
  const first = powerOfTwo(l, l.binary('shl', half, l.int(23)))
  const second = powerOfTwo(l, l.binary('shl', l.sub(integer, half), l.int(23)))
  const scaled = l.mul(l.mul(power, first), second)
  const bounded = l.select(l.compare('le', l.float(128), sum), l.float(Infinity), scaled)
  return l.select(l.compare('lt', sum, l.float(-151)), l.float(0), bounded)
}

/**
 * `x^y`, within 2 ulp of the correctly rounded value, denormal results included. Special cases are those of
 * IEEE 754: `x^0 = 1` and `1^y = 1` even for NaN; a negative x gives NaN unless y is an integer, and a negative
 * result where y is odd; 0 and infinities give 0 or infinity; `(-1)^(+-infinity) = 1`.
 */
export const pow = (l: LoopBuilder, x: Value, y: Value): Value => {
  const [zero, one] = [l.float(0), l.float(1)]
  const magnitude = l.unary('abs', x)
  const logarithm = log2Pair(l, magnitude)
  // With |y| = 2^32 every x but 1 is past overflow and underflow, and no product below is infinite.
  const exponent = l.binary('min', l.binary('max', y, l.float(-(2 ** 32))), l.float(2 ** 32))
  const exponentHigh = high(l, exponent)
  const low = l.mulAdd(l.sub(exponent, exponentHigh), logarithm.high, l.mul(exponent, logarithm.low))
  const finite = exp2OfSum(l, l.mul(exponentHigh, logarithm.high), low)

  const isZero = l.compare('eq', magnitude, zero)
  const isInfinite = l.compare('eq', magnitude, l.float(Infinity))
  const grows = l.compare('lt', l.select(isZero, y, l.unary('neg', y)), zero)
  const limit = l.select(grows, l.float(Infinity), zero)
  const unsigned = l.select(l.logic('or', isZero, isInfinite), limit, finite)

  const isInteger = l.compare('eq', l.unary('trunc', y), y)
  const half = l.mul(y, l.float(0.5))
  const isOdd = l.logic('and', isInteger, l.compare('ne', l.unary('trunc', half), half))
  const signed = flipSign(l, unsigned, l.select(isOdd, signOf(l, x), l.int(0)))

  const isNegative = l.logic('and', l.compare('lt', x, zero), l.not(isInfinite))
  const noReal = l.logic('and', isNegative, l.not(isInteger))
  const undefinedOperand = l.logic('or', l.compare('ne', x, x), l.compare('ne', y, y))
  const checked = l.select(l.logic('or', noReal, undefinedOperand), l.float(Number.NaN), signed)
  const isOne = l.logic('or', l.compare('eq', x, one), l.compare('eq', y, zero))
  return l.select(isOne, one, checked)
}
