import type { LoopBuilder } from '../builder.js'
import type { Value } from '../ir.js'

/**
 * Adding 1.5 * 2^23 rounds a float of magnitude below 2^22 to the nearest integer, ties to even, and leaves that
 * integer in the low bits of the sum. It is cheaper than `nearest` and `toInt` on every target.
 */
export const roundingShift = 1.5 * 2 ** 23

/** ln 2 in two parts: multiples of the first by integers below 2^15 are exact. */
export const ln2High = 355 / 512
export const ln2Low = Math.LN2 - ln2High

/** `x = n ln 2 + r` with `|r| <= ln 2 / 2`, for `|x|` below 2^20. */
export interface ReducedExponent {
  /** n, an integer. */
  readonly n: Value
  /** `n * 2^23` as an integer: adding it to a float's bits multiplies the float by `2^n`. */
  readonly exponentBits: Value
  readonly r: Value
  /** What is lost by rounding `r`, up to half its last place: `r + rest` is exact to 2^-36. */
  rest(): Value
}

export const reduceExponent = (l: LoopBuilder, x: Value): ReducedExponent => {
  const shifted = l.mulAdd(x, l.float(Math.LOG2E), l.float(roundingShift))
  const n = l.sub(shifted, l.float(roundingShift))
  // The shift's own bits leave the word on the left.
  const exponentBits = l.binary('shl', l.convert('floatToBits', shifted), l.int(23))
  // Exact: both terms are multiples of x's last place, and nearly cancel.
  const high = l.mulAdd(n, l.float(-ln2High), x)
  const r = l.mulAdd(n, l.float(-ln2Low), high)
  const rest = () => l.mulAdd(n, l.float(-ln2Low), l.sub(high, r))
  return { n, exponentBits, r, rest }
}

/** `2^(n + bias)` from `n * 2^23`, for `-126 <= n + bias <= 127`. */
export const powerOfTwo = (l: LoopBuilder, exponentBits: Value, bias = 0): Value =>
  l.convert('bitsToFloat', l.add(exponentBits, l.int((127 + bias) * 2 ** 23)))
