import type { LoopBuilder } from '../builder.js'
import type { Value } from '../ir.js'

/** `c[0] + c[1] x + c[2] x^2 + ...` by Horner's rule. */
export const polynomial = (l: LoopBuilder, x: Value, coefficients: readonly number[]): Value => {
  const [highest, ...others] = coefficients.map((value) => l.float(value)).toReversed()
  return others.reduce<Value>((sum, coefficient) => l.mulAdd(sum, x, coefficient), highest)
}

export const signBit = -2147483648

/** The sign bit of a float, as an integer that is 0 or -2^31. */
export const signOf = (l: LoopBuilder, x: Value): Value =>
  l.binary('and', l.convert('floatToBits', x), l.int(signBit))

/** A float whose sign is flipped where `sign`, 0 or -2^31, says so. Keeps NaN. */
export const flipSign = (l: LoopBuilder, x: Value, sign: Value): Value =>
  l.convert('bitsToFloat', l.binary('xor', l.convert('floatToBits', x), sign))
