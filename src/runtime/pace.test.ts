import { afterEach, describe, expect, it, vi } from 'vitest'
import { atOnce, Pace } from './pace.js'

afterEach(() => vi.restoreAllMocks())

describe('The pace of runs', () => {
  it('tells those that follow at once, and asks for threads when many do', () => {
    let now = 1000
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const pace = new Pace()
    const run = (gap: number) => {
      now += gap
      const follows = pace.begins()
      const asks = pace.asksForThreads
      now += 1
      pace.ends()
      return { follows, asks }
    }
    expect(run(5)).toEqual({ follows: false, asks: false })
    expect(run(atOnce / 2)).toEqual({ follows: true, asks: false })
    expect(run(2 * atOnce)).toEqual({ follows: false, asks: false })
    const later = Array.from({ length: 64 }, () => run(atOnce / 2))
    expect(later.every(({ follows }) => follows)).toBe(true)
    expect(later.findIndex(({ asks }) => asks)).toBe(63)
    expect(run(2 * atOnce)).toEqual({ follows: false, asks: false })
  })
})
