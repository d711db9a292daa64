import { describe, expect, it } from 'vitest'
import { boundsOf } from './bounds.js'

describe('Bounds', () => {
  it('are the least and the greatest number', () => {
    expect(boundsOf([3, -2, 5, 0])).toEqual({ least: -2, greatest: 5, areFinite: true })
    expect(boundsOf(Uint8Array.of(7))).toEqual({ least: 7, greatest: 7, areFinite: true })
    expect(boundsOf(Float32Array.of(-0.5, -0.25))).toEqual({ least: -0.5, greatest: -0.25, areFinite: true })
  })

  it('leave out what is not finite, wherever it stands', () => {
    const bounds = { least: -1, greatest: 2, areFinite: false }
    for (const strange of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(boundsOf([strange, 2, -1])).toEqual(bounds)
      expect(boundsOf([2, strange, -1])).toEqual(bounds)
      expect(boundsOf([2, -1, strange])).toEqual(bounds)
    }
  })

  it('of no numbers lie the wrong way round', () => {
    const none = { least: Number.POSITIVE_INFINITY, greatest: Number.NEGATIVE_INFINITY }
    expect(boundsOf([])).toEqual({ ...none, areFinite: true })
    expect(boundsOf([Number.NaN])).toEqual({ ...none, areFinite: false })
  })
})
