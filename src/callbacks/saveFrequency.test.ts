import { describe, expect, it } from 'vitest'
import { BatchCount, type SaveFrequency } from './saveFrequency.js'

/** Which batches are due, in epochs of four. */
const due = (frequency: SaveFrequency, batches: number): number[] => {
  const count = new BatchCount(frequency, 'a')
  return Array.from({ length: batches }, (_, i) => i).filter((i) => {
    count.begin(i % 4)
    return count.isDue(i % 4)
  })
}

describe('BatchCount', () => {
  it('counts over epochs', () => {
    expect(due(3, 12)).toEqual([2, 5, 8, 11])
    expect(due(1, 3)).toEqual([0, 1, 2])
    expect(due('epoch', 12)).toEqual([])
  })

  it('refuses what is no frequency', () => {
    for (const frequency of [0, -1, 1.5, Number.NaN, 'batch' as 'epoch']) {
      expect(() => new BatchCount(frequency, 'a')).toThrow(
        /a: expected saveFreq 'epoch' or a number of batches/,
      )
    }
  })
})
