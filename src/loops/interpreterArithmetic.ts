import { nearestEven, saturateToInt } from './float32.js'
import type { Comparison, Conversion, FloatBinary, FloatUnary, IntegerBinary, IntegerUnary } from './ir.js'

/** The interpreter's values of one function: the same 32-bit words seen as floats and as integers. */
export interface Registers {
  readonly floats: Float32Array
  readonly ints: Int32Array
}

/** Computes one lane: register `to` from the registers `a` and `b`. Floats are moved as words, so NaNs keep
 *  their bits wherever no arithmetic is done on them. */
export type Lane1 = (registers: Registers, to: number, a: number) => void
export type Lane2 = (registers: Registers, to: number, a: number, b: number) => void

const signBit = -2147483648

// Writing to `floats` rounds to float32, as Math.fround does.
export const floatUnary: Record<FloatUnary, Lane1> = {
  neg: ({ ints }, to, a) => (ints[to] = ints[a] ^ signBit),
  abs: ({ ints }, to, a) => (ints[to] = ints[a] & ~signBit),
  sqrt: ({ floats }, to, a) => (floats[to] = Math.sqrt(floats[a])),
  floor: ({ floats }, to, a) => (floats[to] = Math.floor(floats[a])),
  ceil: ({ floats }, to, a) => (floats[to] = Math.ceil(floats[a])),
  trunc: ({ floats }, to, a) => (floats[to] = Math.trunc(floats[a])),
  nearest: ({ floats }, to, a) => (floats[to] = nearestEven(floats[a])),
}

export const floatBinary: Record<FloatBinary, Lane2> = {
  add: ({ floats }, to, a, b) => (floats[to] = floats[a] + floats[b]),
  sub: ({ floats }, to, a, b) => (floats[to] = floats[a] - floats[b]),
  mul: ({ floats }, to, a, b) => (floats[to] = floats[a] * floats[b]),
  div: ({ floats }, to, a, b) => (floats[to] = floats[a] / floats[b]),
  min: ({ floats, ints }, to, a, b) => (ints[to] = floats[b] < floats[a] ? ints[b] : ints[a]),
  max: ({ floats, ints }, to, a, b) => (ints[to] = floats[a] < floats[b] ? ints[b] : ints[a]),
}

export const integerUnary: Record<IntegerUnary, Lane1> = {
  neg: ({ ints }, to, a) => (ints[to] = -ints[a]),
  abs: ({ ints }, to, a) => (ints[to] = Math.abs(ints[a])),
  not: ({ ints }, to, a) => (ints[to] = ~ints[a]),
}

// Quotients of two 32-bit integers are never rounded up to the next integer by float64.
export const integerBinary: Record<IntegerBinary, Lane2> = {
  add: ({ ints }, to, a, b) => (ints[to] = ints[a] + ints[b]),
  sub: ({ ints }, to, a, b) => (ints[to] = ints[a] - ints[b]),
  mul: ({ ints }, to, a, b) => (ints[to] = Math.imul(ints[a], ints[b])),
  div: ({ ints }, to, a, b) => (ints[to] = ints[a] / ints[b]),
  rem: ({ ints }, to, a, b) => (ints[to] = ints[a] % ints[b]),
  divU: ({ ints }, to, a, b) => (ints[to] = (ints[a] >>> 0) / (ints[b] >>> 0)),
  remU: ({ ints }, to, a, b) => (ints[to] = (ints[a] >>> 0) % (ints[b] >>> 0)),
  min: ({ ints }, to, a, b) => (ints[to] = Math.min(ints[a], ints[b])),
  max: ({ ints }, to, a, b) => (ints[to] = Math.max(ints[a], ints[b])),
  and: ({ ints }, to, a, b) => (ints[to] = ints[a] & ints[b]),
  or: ({ ints }, to, a, b) => (ints[to] = ints[a] | ints[b]),
  xor: ({ ints }, to, a, b) => (ints[to] = ints[a] ^ ints[b]),
  shl: ({ ints }, to, a, b) => (ints[to] = ints[a] << ints[b]),
  shr: ({ ints }, to, a, b) => (ints[to] = ints[a] >> ints[b]),
  shrU: ({ ints }, to, a, b) => (ints[to] = ints[a] >>> ints[b]),
}

type FloatComparison = Exclude<Comparison, 'ltU' | 'leU'>

export const floatCompare: Record<FloatComparison, Lane2> = {
  eq: ({ floats, ints }, to, a, b) => (ints[to] = floats[a] === floats[b] ? 1 : 0),
  ne: ({ floats, ints }, to, a, b) => (ints[to] = floats[a] !== floats[b] ? 1 : 0),
  lt: ({ floats, ints }, to, a, b) => (ints[to] = floats[a] < floats[b] ? 1 : 0),
  le: ({ floats, ints }, to, a, b) => (ints[to] = floats[a] <= floats[b] ? 1 : 0),
}

export const integerCompare: Record<Comparison, Lane2> = {
  eq: ({ ints }, to, a, b) => (ints[to] = ints[a] === ints[b] ? 1 : 0),
  ne: ({ ints }, to, a, b) => (ints[to] = ints[a] !== ints[b] ? 1 : 0),
  lt: ({ ints }, to, a, b) => (ints[to] = ints[a] < ints[b] ? 1 : 0),
  le: ({ ints }, to, a, b) => (ints[to] = ints[a] <= ints[b] ? 1 : 0),
  ltU: ({ ints }, to, a, b) => (ints[to] = ints[a] >>> 0 < ints[b] >>> 0 ? 1 : 0),
  leU: ({ ints }, to, a, b) => (ints[to] = ints[a] >>> 0 <= ints[b] >>> 0 ? 1 : 0),
}

const move: Lane1 = ({ ints }, to, a) => {
  ints[to] = ints[a]
}

export const conversions: Record<Conversion, Lane1> = {
  toFloat: ({ floats, ints }, to, a) => (floats[to] = ints[a]),
  toFloatU: ({ floats, ints }, to, a) => (floats[to] = ints[a] >>> 0),
  toInt: ({ floats, ints }, to, a) => (ints[to] = saturateToInt(floats[a])),
  bitsToFloat: move,
  floatToBits: move,
  boolToInt: move,
}
