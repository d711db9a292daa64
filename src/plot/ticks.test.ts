import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearTicks, logTicks, shortNumber, wholeTicks } from './ticks.js'

const texts = ({ values, label }: ReturnType<typeof linearTicks>) => values.map(label)

describe('linearTicks', () => {
  it.each([
    [0, 1, ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']],
    [0.9, 0.99, ['0.90', '0.92', '0.94', '0.96', '0.98']],
    [-3, 12, ['0', '5', '10']],
    [0, 3e-7, ['0', '5e-8', '1e-7', '1.5e-7', '2e-7', '2.5e-7', '3e-7']],
    [7000, 12_000, ['7,000', '8,000', '9,000', '10,000', '11,000', '12,000']],
    [2_000_000, 4_000_000, ['2e6', '2.5e6', '3e6', '3.5e6', '4e6']],
  ])('from %d to %d', (first, last, expected) => {
    expect(texts(linearTicks(first, last, 6))).toEqual(expected)
  })

  it('are in order, within the axis, no more than asked for, and read differently', () => {
    const axis = fc.tuple(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
    )
    fc.assert(
      fc.property(axis, ([first, length]) => {
        const last = first + length
        fc.pre((last - first) / Math.max(Math.abs(first), Math.abs(last)) > 1e-6)
        const ticks = linearTicks(first, last, 6)
        const slack = 1e-6 * (last - first)
        expect(ticks.values.length).toBeLessThanOrEqual(7)
        expect(ticks.values.every((value) => value >= first - slack && value <= last + slack)).toBe(true)
        expect(ticks.values).toEqual([...ticks.values].sort((a, b) => a - b))
        expect(new Set(texts(ticks)).size).toBe(ticks.values.length)
      }),
    )
  })
})

describe('wholeTicks', () => {
  it.each([
    [1, 1, ['1']],
    [1, 5, ['1', '2', '3', '4', '5']],
    [1, 12, ['2', '4', '6', '8', '10', '12']],
    [1, 200, ['1', '50', '100', '150', '200']],
    [1, 100_000, ['1', '20,000', '40,000', '60,000', '80,000', '100,000']],
  ])('from %d to %d', (first, last, expected) => {
    expect(texts(wholeTicks(first, last, 8))).toEqual(expected)
  })
})

describe('logTicks', () => {
  it.each([
    [0.01, 1, ['0.01', '0.02', '0.05', '0.1', '0.2', '0.5', '1']],
    [1e-6, 1, ['1e-6', '1e-5', '1e-4', '0.001', '0.01', '0.1', '1']],
    [1e-40, 1, ['1e-35', '1e-28', '1e-21', '1e-14', '1e-7', '1']],
    [0.3, 0.4, ['0.30', '0.32', '0.34', '0.36', '0.38', '0.40']],
  ])('from %d to %d', (first, last, expected) => {
    expect(texts(logTicks(first, last, 6))).toEqual(expected)
  })
})

describe('shortNumber', () => {
  it.each([
    [0.08671234, '0.08671'],
    [12.5, '12.5'],
    [431_080, '431,080'],
    [2.04e-5, '2e-5'],
    [1.5e8, '1.5e8'],
    [-0.25, '-0.25'],
    [0, '0'],
    [Number.NaN, 'NaN'],
  ])('%d', (value, text) => {
    expect(shortNumber(value)).toBe(text)
  })
})
