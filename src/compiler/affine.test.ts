import { describe, expect, it } from 'vitest'
import { byAxes, combine, flatIndex, identityPosition, mergeAxes, mergedForm, rangeOf } from './affine.js'

describe('affine indices', () => {
  it('number an identity position in row-major order', () => {
    expect(flatIndex(identityPosition([2, 3, 4]), 3)).toEqual({ offset: 0, factors: [12, 4, 1] })
  })

  it('combine with weights', () => {
    const a = { offset: 1, factors: [1, 0] }
    const b = { offset: 2, factors: [0, 3] }
    expect(
      combine(
        5,
        [
          [2, a],
          [10, b],
          [0, b],
        ],
        2,
      ),
    ).toEqual({ offset: 27, factors: [2, 30] })
  })

  it('know their range, with negative factors', () => {
    expect(rangeOf({ offset: 7, factors: [-2, 3] }, [4, 5])).toEqual([1, 19])
  })

  it('are split into axes where each iteration axis lies within one', () => {
    const flat = { type: 'flat', index: { offset: 0, factors: [4, 1] } } as const
    expect(byAxes(flat, [3, 2, 2], [3, 4])).toBeUndefined()
    expect(byAxes(flat, [3, 4], [3, 4])).toEqual([
      { offset: 0, factors: [1, 0] },
      { offset: 0, factors: [0, 1] },
    ])
    expect(byAxes({ type: 'flat', index: { offset: 0, factors: [4, 2, 1] } }, [12], [3, 2, 2])).toEqual([
      { offset: 0, factors: [4, 2, 1] },
    ])
  })

  it('keep constant offsets when split', () => {
    const last = { type: 'flat', index: { offset: 11, factors: [0] } } as const
    expect(byAxes(last, [3, 4], [5])).toEqual([
      { offset: 2, factors: [0] },
      { offset: 3, factors: [0] },
    ])
  })
})

describe('merging axes', () => {
  const rows = { offset: 0, factors: [12, 4, 1] }

  it('joins axes that every index walks as one, and drops those of size 1', () => {
    const { space, groups } = mergeAxes([2, 3, 4], [rows])
    expect(space).toEqual([24])
    expect(mergedForm(rows, groups)).toEqual({ offset: 0, factors: [1] })
    expect(mergeAxes([2, 1, 4], [{ offset: 0, factors: [4, 9, 1] }]).space).toEqual([8])
  })

  it('keeps axes apart where one index broadcasts', () => {
    const bias = { offset: 0, factors: [0, 0, 1] }
    const { space, groups } = mergeAxes([2, 3, 4], [rows, bias])
    expect(space).toEqual([6, 4])
    expect(mergedForm(bias, groups)).toEqual({ offset: 0, factors: [0, 1] })
  })

  const rowsOfOne = { offset: 0, factors: [0, 12, 4, 1] }

  it('keeps the boundaries it is told to keep', () => {
    expect(mergeAxes([2, 3, 4], [rows], new Set([2])).space).toEqual([6, 4])
    expect(mergeAxes([2, 3, 1], [{ offset: 0, factors: [3, 1, 1] }], new Set([2])).space).toEqual([6, 1])
    const channels = { offset: 0, factors: [0, 0, 0, 1] }
    expect(mergeAxes([1, 2, 3, 4], [rowsOfOne, channels], new Set([0, 3])).space).toEqual([6, 4])
  })

  it('leaves at least one axis', () => {
    const { space, groups } = mergeAxes([], [{ offset: 3, factors: [] }])
    expect(space).toEqual([1])
    expect(mergedForm({ offset: 3, factors: [] }, groups)).toEqual({ offset: 3, factors: [0] })
  })
})
