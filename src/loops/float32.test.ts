import { describe, expect, it } from 'vitest'
import { fusedMulAdd, nearestEven, saturateToInt, unfusedMulAdd } from './float32.js'

const words = new Int32Array(1)
const floats = new Float32Array(words.buffer)
const fromBits = (bits: number): number => {
  words[0] = bits
  return floats[0]
}

/** A finite float32 as an integer multiple of 2^-149. */
const toFixed = (value: number): bigint => BigInt(Math.fround(value) * 2 ** 100) * 2n ** 49n

/** Not every float32 is an integer multiple of 2^-100, so scale by two steps, exactly. */
const scaled = (value: number): bigint => {
  const high = Math.fround(value) * 2 ** 149
  return Number.isFinite(high) ? BigInt(high) : toFixed(value)
}

/** `a * b + c` by integer arithmetic, rounded once to float32, ties to even. */
const reference = (a: number, b: number, c: number): number => {
  // In units of 2^-298.
  const exact = scaled(a) * scaled(b) + (scaled(c) << 149n)
  if (exact === 0n) return Math.fround(Math.fround(a * b) + c)
  const magnitude = exact < 0n ? -exact : exact
  const bits = magnitude.toString(2).length
  // The last place: 24 digits, but not below 2^-149.
  const drop = BigInt(Math.max(bits - 24, 149))
  const unit = 1n << drop
  let quotient = magnitude / unit
  const rest = magnitude % unit
  if (rest * 2n > unit || (rest * 2n === unit && quotient % 2n === 1n)) quotient++
  const exponent = Number(drop) - 298
  const value = Number(quotient) * 2 ** Math.max(exponent, -149)
  const rounded = Math.fround(value)
  return exact < 0n ? -rounded : rounded
}

describe('fusedMulAdd', () => {
  it('rounds once where float64 would round twice', () => {
    // (1 + 2^-23) * (1 + 2^-23) = 1 + 2^-22 + 2^-46; with c the sum lies just past a midpoint of float32.
    const cases: [number, number, number][] = [
      [1 + 2 ** -12, 1 + 2 ** -12, 2 ** -80],
      [1 + 2 ** -12, 1 - 2 ** -12, 2 ** -80],
      [2 ** -12, 2 ** -12, 1 + 2 ** -23],
      [2 ** -12 + 2 ** -35, 2 ** -12, 1],
      [2 ** -12 - 2 ** -36, 2 ** -12, 1],
      [2 ** -30, 2 ** -30, 1 + 2 ** -23],
      [-(2 ** -60), 2 ** -60, 1],
      [2 ** -75, 2 ** -75, 2 ** -149],
      [2 ** -75, -(2 ** -75), 2 ** -149],
      [2 ** 100, 2 ** 28, -(2 ** 104)],
      [1.5, 2 ** -149, 2 ** -126],
      [2 ** -24 * (1 + 2 ** -23), 1, 1],
      [-(2 ** -24) * (1 + 2 ** -23), 1, 1],
      [2 ** -24, 1 + 2 ** -23, 1 + 2 ** -23],
    ]
    for (const [a, b, c] of cases) {
      for (const args of [[a, b, c] as const, [-a, b, -c] as const, [b, a, -c] as const]) {
        expect(Object.is(fusedMulAdd(...args), reference(...args)), `${args}`).toBe(true)
      }
    }
    // 2051 * 8191 lies midway between two float32 values. A tiny c decides, and float64 loses it.
    expect(Math.fround(2051 * 8191 + 2 ** -40)).toBe(16799740)
    expect(fusedMulAdd(2051, 8191, 2 ** -40)).toBe(16799742)
    expect(fusedMulAdd(2051, 8191, -(2 ** -40))).toBe(16799740)
  })

  it('agrees with integer arithmetic where the sum lies at or near a midpoint', () => {
    let state = 12345
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0
      return state >>> 0
    }
    let doublyRounded = 0
    for (let i = 0; i < 20000; i++) {
      // A product of 25 digits is a midpoint between two float32 values; a small c only decides the tie.
      const odd = (digits: number) => (random() >>> (32 - digits)) | 1 | (1 << (digits - 1))
      const sign = () => (random() >>> 31 ? -1 : 1)
      const a = sign() * odd(12) * 2 ** -((random() >>> 9) % 60)
      const b = sign() * odd(13) * 2 ** -((random() >>> 9) % 40)
      const c = Math.fround(sign() * odd(24) * 2 ** -((random() >>> 9) % 149))
      const expected = reference(a, b, c)
      expect(Object.is(fusedMulAdd(a, b, c), expected), `${a} * ${b} + ${c}`).toBe(true)
      if (Math.fround(a * b + c) !== expected) doublyRounded++
    }
    expect(doublyRounded).toBeGreaterThan(500)
  })

  it('agrees with integer arithmetic on random bits', () => {
    let state = 99
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0
      return fromBits(state ^ (state >>> 15))
    }
    for (let i = 0; i < 5000; i++) {
      const [a, b, c] = [random(), random(), random()]
      if (![a, b, c].every(Number.isFinite)) continue
      expect(Object.is(fusedMulAdd(a, b, c), reference(a, b, c)), `${a} * ${b} + ${c}`).toBe(true)
    }
  })

  it('follows IEEE on infinities, NaN and zeros', () => {
    expect(fusedMulAdd(Infinity, 1, 1)).toBe(Infinity)
    expect(fusedMulAdd(Infinity, 0, 1)).toBeNaN()
    expect(fusedMulAdd(Infinity, 1, -Infinity)).toBeNaN()
    expect(fusedMulAdd(NaN, 1, 1)).toBeNaN()
    expect(fusedMulAdd(2 ** 127, 2, 0)).toBe(Infinity)
    // The product overflows float32, but not the sum.
    expect(fusedMulAdd(2 ** 127, 2, -(2 ** 127))).toBe(2 ** 127)
    expect(unfusedMulAdd(2 ** 127, 2, -(2 ** 127))).toBe(Infinity)
    expect(Object.is(fusedMulAdd(-0, 1, -0), -0)).toBe(true)
    expect(Object.is(fusedMulAdd(-0, 1, 0), 0)).toBe(true)
  })
})

describe('nearestEven', () => {
  it('breaks ties to even and keeps the sign of zero', () => {
    const cases = [
      [0.5, 0],
      [1.5, 2],
      [2.5, 2],
      [-0.5, -0],
      [-1.5, -2],
      [-0.2, -0],
      [0, 0],
      [-0, -0],
      [8388607.5, 8388608],
      [8388606.5, 8388606],
      [-16777217, -16777217],
      [Infinity, Infinity],
      [NaN, NaN],
    ]
    for (const [value, expected] of cases)
      expect(Object.is(nearestEven(value), expected), `${value}`).toBe(true)
  })
})

describe('saturateToInt', () => {
  it('truncates, saturates and takes NaN to 0', () => {
    const cases = [
      [1.9, 1],
      [-1.9, -1],
      [3e9, 2147483647],
      [-3e9, -2147483648],
      [2147483520, 2147483520],
      [2147483648, 2147483647],
      [-2147483648, -2147483648],
      [Infinity, 2147483647],
      [-Infinity, -2147483648],
      [NaN, 0],
    ]
    for (const [value, expected] of cases) expect(saturateToInt(value), `${value}`).toBe(expected)
  })
})
