import { describe, expect, it } from 'vitest'
import { floatBytes, readElements } from './elements.js'

describe('readElements', () => {
  it('copies, so that a file can be forgotten, and reads at any place', () => {
    const bytes = new Uint8Array(9)
    bytes.set(new Uint8Array(Float32Array.of(1, 2).buffer), 1)
    const { data } = readElements(bytes.subarray(1), 'float32', 'x')
    bytes.fill(0)
    expect(data).toEqual(Float32Array.of(1, 2))
  })
})

describe('A Buffer of Node', () => {
  it('is read as the bytes that it shows', () => {
    const whole = Buffer.from(new Uint8Array(Float32Array.of(1, 2, 3).buffer))
    const { data } = readElements(whole.subarray(4, 8), 'float32', 'x')
    whole.fill(0)
    expect(data).toEqual(Float32Array.of(2))
  })
})

describe('floatBytes', () => {
  const bits = (value: number, type: 'float16' | 'bfloat16') => {
    const [low, high] = floatBytes([value], type)
    return high * 256 + low
  }

  it.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    // Halfway to the next: of two as near the even one.
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [-1e9, 0xfc00],
    // Subnormal numbers, the largest of which rounds up to the smallest normal one.
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
    [2 ** -14 - 2 ** -26, 0x0400],
    [1e-40, 0x0000],
    [Number.POSITIVE_INFINITY, 0x7c00],
    [Number.NaN, 0x7e00],
  ])('rounds %f to float16', (value, expected) => expect(bits(value, 'float16')).toBe(expected))

  it.each([
    [1, 0x3f80],
    [1 + 2 ** -8, 0x3f80],
    [1 + 3 * 2 ** -8, 0x3f82],
    [-3, 0xc040],
    [3.4e38, 0x7f80],
    [Number.NEGATIVE_INFINITY, 0xff80],
    [Number.NaN, 0x7fc0],
  ])('rounds %f to bfloat16', (value, expected) => expect(bits(value, 'bfloat16')).toBe(expected))

  it('is the inverse of readElements for all numbers of two bytes', () => {
    const all = new Uint8Array(Uint16Array.from({ length: 65536 }, (_, i) => i).buffer)
    for (const type of ['float16', 'bfloat16'] as const) {
      const { data } = readElements(all, type, 'x')
      const again = readElements(floatBytes(data, type), type, 'x')
      expect(again.data).toEqual(data)
    }
    const numbers = Float32Array.of(0.1, -1e-30)
    expect(readElements(floatBytes(numbers, 'float64'), 'float64', 'x').data).toEqual(numbers)
  })
})
