import { describe, expect, it } from 'vitest'
import { sparkline } from './sparkline.js'

describe('sparkline', () => {
  it.each([
    [[0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
    [[3, Number.NaN, 1], '█×▁'],
    [[2, 2, 2], '▅▅▅'],
    [[0.5], '▅'],
    [[Number.NaN], '×'],
    [[], ''],
  ])('%j', (values, line) => {
    expect(sparkline(values, 20)).toBe(line)
  })

  it('is no wider than the room it has', () => {
    const falling = Array.from({ length: 1000 }, (_, i) => 1000 - i)
    expect(sparkline(falling, 8)).toBe('█▇▆▅▄▃▂▁')
  })
})
