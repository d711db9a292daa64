/**
 * The arithmetic in which an op states what it does to one element. An expression is a function over this
 * interface, so that one text serves as loop IR for CPUs (scalar and vector), and as WGSL later.
 * `T` is a value of type float, integer or boolean, as the op's dtype rule says; nothing converts silently.
 */
export interface ScalarMath<T> {
  float(value: number): T
  int(value: number): T
  bool(value: boolean): T

  // Floats and integers.
  add(a: T, b: T): T
  sub(a: T, b: T): T
  mul(a: T, b: T): T
  neg(a: T): T
  abs(a: T): T
  /** `b < a ? b : a`: a NaN in `a` stays, one in `b` is lost. */
  min(a: T, b: T): T
  /** `a < b ? b : a`: a NaN in `a` stays, one in `b` is lost. */
  max(a: T, b: T): T
  eq(a: T, b: T): T
  ne(a: T, b: T): T
  lt(a: T, b: T): T
  le(a: T, b: T): T
  /** `condition ? a : b`. */
  select(condition: T, a: T, b: T): T

  // Floats.
  div(a: T, b: T): T
  /** `a * b + c`, rounded once or twice as the target prefers. */
  mulAdd(a: T, b: T, c: T): T
  sqrt(a: T): T
  floor(a: T): T
  ceil(a: T): T
  trunc(a: T): T
  /** To the nearest integer, ties to even. */
  round(a: T): T
  exp(a: T): T
  /** `e^a - 1`, accurate near 0. */
  expm1(a: T): T
  log(a: T): T
  /** `log(1 + a)`, accurate near 0. */
  log1p(a: T): T
  tanh(a: T): T
  /** `1 / (1 + e^-a)` */
  sigmoid(a: T): T
  erf(a: T): T
  sin(a: T): T
  cos(a: T): T
  pow(a: T, b: T): T

  // Integers, modulo 2^32.
  intDiv(a: T, b: T): T
  intRem(a: T, b: T): T
  bitAnd(a: T, b: T): T
  bitOr(a: T, b: T): T
  bitXor(a: T, b: T): T
  shiftLeft(a: T, b: T): T
  /** Shifts zeros in from the left. */
  shiftRightUnsigned(a: T, b: T): T

  // Booleans.
  and(a: T, b: T): T
  or(a: T, b: T): T
  not(a: T): T

  // Conversions.
  /** Integer to float, rounded to nearest. */
  toFloat(a: T): T
  /** Float to integer: truncated, saturated, NaN to 0. */
  toInt(a: T): T
  boolToInt(a: T): T
  bitsToFloat(a: T): T
  floatToBits(a: T): T

  /** The element's coordinate along an axis of the op's output, as an integer. */
  coordinate(axis: number): T
  /** The element's row-major number in the op's output, as an integer. */
  linearIndex(): T
}
