import { describe, expect, it } from 'vitest'
import { histogramSummary } from './histogram.js'

const rows = (numbers: ArrayLike<number>, buckets: number) => {
  const { tensor } = histogramSummary('h', numbers, buckets)
  const elements = [...tensor.elements]
  return Array.from({ length: buckets }, (_, i) => elements.slice(3 * i, 3 * i + 3))
}

describe('histogramSummary', () => {
  it('counts into buckets of equal width, the greatest number into the last', () => {
    expect(rows([0, 1, 2, 3, 4, 4], 2)).toEqual([
      [0, 2, 2],
      [2, 4, 4],
    ])
  })

  it('has one bucket with all where all are equal, and zeros for none', () => {
    expect(rows([3, 3, 3], 2)).toEqual([
      [3, 3, 0],
      [3, 3, 3],
    ])
    expect(rows([], 2)).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ])
  })

  it('leaves out what is not finite', () => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number
    expect(rows([0, nan, 1, infinity, -infinity], 1)).toEqual([[0, 1, 2]])
    expect(rows([nan], 1)).toEqual([[0, 0, 0]])
  })
})
