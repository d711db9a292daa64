import { describe, expect, it } from 'vitest'
import { interleavedLanes } from './interleavedLanes.js'

describe('interleavedLanes', () => {
  it.each([
    [1, false, [0, 4, 2, 6]],
    [1, true, [1, 5, 3, 7]],
    [2, false, [0, 1, 4, 5]],
    [2, true, [2, 3, 6, 7]],
  ])('of runs of %i, odd ones: %s', (run, odd, lanes) => {
    expect(interleavedLanes({ run, odd }, 4)).toEqual(lanes)
  })
})
