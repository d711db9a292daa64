import { describe, expect, it } from 'vitest'
import { bicubicFloat64 } from './bicubicFloat64.js'
import { type Clipping, clipFloat64 } from './clipFloat64.js'
import { compareJson } from './configs.js'
import { floats } from './samples.js'
import { scheduleFreeDefaults, scheduleFreeFloat64 } from './scheduleFreeFloat64.js'
import { sparsemaxFloat64 } from './sparsemaxFloat64.js'

describe('sparsemaxFloat64', () => {
  const sparsemax = (values: number[], cotangent: number[]) =>
    sparsemaxFloat64(floats([1, 3], values), -1, floats([1, 3], cotangent))

  it('is the nearest distribution', () => {
    expect([...sparsemax([1, 2, 3], [1, 1, 1]).output.data]).toEqual([0, 0, 1])
    const spread = [...sparsemax([0, 0.5, 0.75], [1, 1, 1]).output.data]
    expect(spread).toEqual([0, 0.375, 0.625])
  })

  it('has the gradient of its support', () => {
    expect([...sparsemax([0, 0.5, 0.75], [5, 1, 2]).gradient.data]).toEqual([0, -0.5, 0.5])
  })

  it('goes along any axis', () => {
    const { output } = sparsemaxFloat64(floats([2, 2], [1, 0, 3, 0.5]), 0, floats([2, 2], [1, 1, 1, 1]))
    expect([...output.data]).toEqual([0, 0.25, 1, 0.75])
  })
})

describe('scheduleFreeFloat64', () => {
  it('takes a first step of the rate, by the sign of the gradient', () => {
    const settings = { ...scheduleFreeDefaults, epsilon: 0 }
    const [weights] = scheduleFreeFloat64(floats([2], [1, -1]), floats([1, 2], [3, -0.5]), [1], settings)
    expect(weights.data[0]).toBeCloseTo(1 - 0.0025, 12)
    expect(weights.data[1]).toBeCloseTo(-1 + 0.0025, 12)
  })
})

describe('clipFloat64', () => {
  const gradients = [floats([2, 2], [3, 4, 0.3, 0.4]), floats([2, 1], [12, 0])]
  const rows = (clipping: Clipping) => clipFloat64(gradients, clipping).map(({ data }) => [...data])
  const near = (values: number[]) => values.map((value) => expect.closeTo(value, 6))

  it('shortens each gradient of a step, all of them together, or each element', () => {
    expect(rows({ clipnorm: 1 })).toEqual([near([0.6, 0.8, 0.3, 0.4]), near([1, 0])])
    expect(rows({ globalClipnorm: 1 })).toEqual([near([3 / 13, 4 / 13, 0.3, 0.4]), near([12 / 13, 0])])
    expect(rows({ clipvalue: 3.5 })).toEqual([near([3, 3.5, 0.3, 0.4]), near([3.5, 0])])
    expect(rows({})).toEqual([near([3, 4, 0.3, 0.4]), near([12, 0])])
  })
})

describe('compareJson', () => {
  const note = (a: unknown, b: unknown) => compareJson(a, b).note

  it('takes an absent key for null, and names that differ in their number for equal', () => {
    expect(compareJson({ name: 'dense_3', axis: null }, { name: 'dense' }).verdict).toBe('agrees')
    expect(compareJson({ axis: [1] }, { axis: 1 }).verdict).toBe('agrees')
    expect(compareJson({ rate: 0.001 }, { rate: Math.fround(0.001) }).verdict).toBe('agrees')
  })

  it('says what differs', () => {
    expect(note({ a: { rate: 0.1 } }, { a: { rate: 0.2 } })).toBe('a.rate: Gradus 0.1, Keras 0.2')
    expect(note({}, { units: 3 })).toBe('units: Gradus undefined, Keras 3')
    expect(note({ activation: 'relu' }, { activation: 'gelu' })).toContain('activation')
  })
})

describe('bicubicFloat64', () => {
  it('keeps straight lines straight, away from the border', () => {
    const line = floats([1, 1, 6, 1], [0, 3, 6, 9, 12, 15])
    const enlarged = Array.from(bicubicFloat64(line, [1, 3]).data)
    expect(enlarged.slice(4, 14).map((value) => Math.round(value * 1e9) / 1e9)).toEqual([
      3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ])
  })

  it('weighs by -9, 111, 29, -3 of 128 at a quarter of a pixel', () => {
    const pulse = floats([1, 7, 1, 1], [0, 0, 0, 128, 0, 0, 0])
    expect(Array.from(bicubicFloat64(pulse, [2, 1]).data).slice(4, 10)).toEqual([-9, 29, 111, 111, 29, -9])
  })
})
