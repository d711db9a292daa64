import { describe, expect, it } from 'vitest'
import { costOf, isDecided, isSmall } from './verdict.js'

const pairs = (without: number, ...added: number[]) =>
  added.map((more) => ({ without, withAll: without + more }))

describe('A cost', () => {
  it('is the median of the differences between epochs, against a tenth or 150 ms', () => {
    const cost = costOf(pairs(2000, 100, 5000, 180, -900, 190))
    expect(cost).toEqual({ without: 2000, added: 180, limit: 200, pairs: 5, within: 4 })
    expect(isSmall(cost)).toBe(true)
    expect(costOf(pairs(700, 160)).limit).toBe(150)
    expect(isSmall(costOf(pairs(700, 140, 160, 170)))).toBe(false)
    expect(costOf(pairs(700, 40, 10, 30, 20)).added).toBe(25)
  })

  it('is decided when seven pairs in eight agree, either way', () => {
    const [low, high] = [10, 400]
    const decided = (lows: number, highs: number) =>
      isDecided(costOf(pairs(700, ...Array(lows).fill(low), ...Array(highs).fill(high))))
    expect([decided(8, 0), decided(0, 12)]).toEqual([false, false])
    expect([decided(16, 0), decided(14, 2), decided(13, 3)]).toEqual([true, true, false])
    expect([decided(0, 16), decided(2, 14), decided(3, 13)]).toEqual([true, true, false])
    expect([decided(18, 2), decided(17, 3)]).toEqual([true, false])
  })
})
