import { expect, it } from 'vitest'
import { median } from './statistics.js'

it('median takes the middle by value, and the mean of two middle ones', () => {
  expect(median([10, 9, 1])).toBe(9)
  expect(median([4, 100, 2, 3])).toBe(3.5)
  expect(median([])).toBeNaN()
})
