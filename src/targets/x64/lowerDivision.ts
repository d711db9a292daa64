import type { Value } from '../../loops/ir.js'
import type { Memory, Register } from './operands.js'
import type { Values } from './values.js'

/**
 * Integer division by float64 arithmetic. The quotient of two 32-bit integers is never rounded up to the next integer
 * by it, so that truncating gives the exact result; and -2^31 / -1, which is 2^31, converts to -2^31.
 */
type Division = 'div' | 'rem' | 'divU' | 'remU'

const isUnsigned = (name: Division): boolean => name === 'divU' || name === 'remU'
const isRemainder = (name: Division): boolean => name === 'rem' || name === 'remU'

export function divideScalar(name: Division, a: Value, b: Value, to: Register, values: Values): void {
  const { code } = values
  const [x, y] = [values.register(a), values.register(b)]
  const unsigned = isUnsigned(name)
  const toDouble = (source: Register): Register => {
    const double = code.short()
    const zero = values.splatRegister(0, 128)
    if (unsigned) {
      // A 32-bit move clears the upper half: the number as a 64-bit integer.
      const wide = code.general()
      code.emit('mov', 32, [wide, source])
      code.emit('vcvtsi2sd', 64, [double, zero, wide])
    } else code.emit('vcvtsi2sd', 32, [double, zero, source])
    return double
  }
  const [dividend, divisor] = [toDouble(x), toDouble(y)]
  const quotient = code.short()
  code.emit('vdivsd', 128, [quotient, dividend, divisor])
  const whole = isRemainder(name) ? code.general() : to
  code.emit('vcvttsd2si', unsigned ? 64 : 32, [whole, quotient])
  if (isRemainder(name)) remainder(x, whole, y, to, values)
}

/** `x - quotient * divisor`. */
function remainder(
  x: Register,
  quotient: Register,
  divisor: Register | number,
  to: Register,
  values: Values,
): void {
  const product = values.code.general()
  values.code.pseudo('imul', 32, [product, quotient, divisor])
  values.code.pseudo('sub', 32, [to, x, product])
}

/**
 * Signed division by a constant above 1, as a product. With l = ceil(log2 d), p = 31 + l and m = floor(2^p / d) + 1, the
 * floor of n m / 2^p is that of n / d for 0 <= n < 2^31, and one less than the truncated quotient for negative n
 * (Granlund and Montgomery, "Division by invariant integers using multiplication", 1994). m takes 32 bits.
 */
export function divideByConstant(
  name: 'div' | 'rem',
  a: Value,
  divisor: number,
  to: Register,
  values: Values,
): void {
  const { code } = values
  const shift = 31 + (32 - Math.clz32(divisor - 1))
  const multiplier = Number(2n ** BigInt(shift) / BigInt(divisor) + 1n)
  const x = values.register(a)
  const wide = code.general()
  code.emit('movsxd', 64, [wide, x])
  const factor = code.general()
  code.emit('mov_imm', 32, [factor, multiplier | 0])
  const product = code.general()
  code.pseudo('imul', 64, [product, wide, factor])
  const floor = code.general()
  code.pseudo('sar', 64, [floor, product, shift])
  const sign = code.general()
  code.pseudo('sar', 32, [sign, x, 31])
  const quotient = name === 'rem' ? code.general() : to
  code.pseudo('sub', 32, [quotient, floor, sign])
  if (name === 'rem') remainder(x, quotient, divisor, to, values)
}

export function divideVector(name: Division, a: Value, b: Value, to: Register, values: Values): void {
  const { code, bits, evex } = values
  const [x, y] = [values.register(a), values.register(b)]
  const quotientOf = isUnsigned(name) ? (evex ? unsignedHalf : unsignedHalfVex) : signedHalf
  const low = quotientOf(x, y, values)
  const high = quotientOf(upperHalf(x, values), upperHalf(y, values), values)
  const quotient = isRemainder(name) ? code.vector() : to
  code.emit(evex ? 'vinsertf64x4' : 'vinsertf128', bits, [quotient, low, high, 1])
  if (!isRemainder(name)) return
  const product = code.vector()
  code.emit('vpmulld', bits, [product, quotient, y])
  code.emit('vpsubd', bits, [to, x, product])
}

export function upperHalf(x: Register, values: Values): Register {
  const half = values.code.vector()
  values.code.emit(values.evex ? 'vextractf64x4' : 'vextractf128', values.bits, [half, x, 1])
  return half
}

/** Quotients of the integers in the lower halves of two vectors. */
function signedHalf(x: Register, y: Register, values: Values): Register {
  const { code, bits } = values
  const [dividend, divisor, quotient, whole] = [code.vector(), code.vector(), code.vector(), code.vector()]
  code.emit('vcvtdq2pd', bits, [dividend, x])
  code.emit('vcvtdq2pd', bits, [divisor, y])
  code.emit('vdivpd', bits, [quotient, dividend, divisor])
  code.emit('vcvttpd2dq', bits, [whole, quotient])
  return whole
}

function unsignedHalf(x: Register, y: Register, values: Values): Register {
  const { code, bits } = values
  const [dividend, divisor, quotient, whole] = [code.vector(), code.vector(), code.vector(), code.vector()]
  code.emit('vcvtudq2pd', bits, [dividend, x])
  code.emit('vcvtudq2pd', bits, [divisor, y])
  code.emit('vdivpd', bits, [quotient, dividend, divisor])
  code.emit('vcvttpd2udq', bits, [whole, quotient])
  return whole
}

/** AVX2 converts signed integers only: numbers go through n - 2^31, which a flipped sign bit makes. */
function unsignedHalfVex(x: Register, y: Register, values: Values): Register {
  const { code, bits } = values
  const offset: Memory = code.constant(Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? 0 : 0x41e00000)))
  const flip = values.splatConstant(-(2 ** 31), bits)
  const toDouble = (source: Register): Register => {
    const [flipped, below, double] = [code.vector(), code.vector(), code.vector()]
    code.emit('vxorps', bits, [flipped, source, flip])
    code.emit('vcvtdq2pd', bits, [below, flipped])
    code.emit('vaddpd', bits, [double, below, offset])
    return double
  }
  const [dividend, divisor] = [toDouble(x), toDouble(y)]
  const [quotient, whole, below, flipped, result] = [
    code.vector(),
    code.vector(),
    code.vector(),
    code.vector(),
    code.vector(),
  ]
  code.emit('vdivpd', bits, [quotient, dividend, divisor])
  code.emit('vroundpd', bits, [whole, quotient, 11])
  code.emit('vsubpd', bits, [below, whole, offset])
  code.emit('vcvttpd2dq', bits, [flipped, below])
  code.emit('vxorps', 128, [result, flipped, values.splatConstant(-(2 ** 31), 128)])
  return result
}
