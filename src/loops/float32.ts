/**
 * Float32 operations that JavaScript's float64 arithmetic does not give directly.
 *
 * `Math.fround(a op b)` is already correctly rounded for +, -, *, / and sqrt: float64 has more than twice the
 * digits of float32 and two to spare, so that rounding twice never differs from rounding once. This fails for
 * `a * b + c`, and integers need saturation and ties to even.
 */

const double = new Float64Array(1)
// Low word first: typed arrays are little-endian wherever this runs.
const doubleWords = new Uint32Array(double.buffer)

/**
 * `a * b + c` for float32 values, rounded once to float32.
 *
 * The product is exact in float64 (48 bits, no overflow or underflow). The sum is brought to float64 by rounding
 * to odd: an inexact sum is replaced by that one of its two neighbours whose last bit is set, which keeps it off
 * every midpoint between two float32 values, normal or denormal, so that the final rounding is the only one
 * (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
 */
export const fusedMulAdd = (a: number, b: number, c: number): number => {
  const product = a * b
  const sum = product + c
  // Knuth's two-sum: `sum + error` is `product + c` exactly. NaN when something is infinite or NaN.
  const other = sum - product
  const error = product - (sum - other) + (c - other)
  if (error > 0 || error < 0) {
    double[0] = sum
    const low = doubleWords[0]
    if ((low & 1) === 0) {
      if (error > 0 === sum > 0) doubleWords[0] = low + 1
      else {
        doubleWords[0] = low - 1
        if (low === 0) doubleWords[1]--
      }
      return Math.fround(double[0])
    }
  }
  return Math.fround(sum)
}

/** `a * b + c` for float32 values, with product and sum each rounded to float32. */
export const unfusedMulAdd = (a: number, b: number, c: number): number => Math.fround(Math.fround(a * b) + c)

/** From this magnitude on every float32 is an integer. */
const allIntegers = 2 ** 23

/** A float32 rounded to the nearest integer, ties to even; the sign of zero is kept. */
export const nearestEven = (a: number): number => {
  const magnitude = Math.abs(a)
  // Adding 2^23 leaves no bits for a fraction, so that the addition itself rounds. False for NaN.
  if (!(magnitude < allIntegers)) return a
  const rounded = Math.fround(magnitude + allIntegers) - allIntegers
  return a < 0 || Object.is(a, -0) ? -rounded : rounded
}

/** A float truncated to a signed 32-bit integer: saturated, NaN to 0. */
export const saturateToInt = (a: number): number => {
  if (a >= 2147483647) return 2147483647
  if (a <= -2147483648) return -2147483648
  return a | 0
}
