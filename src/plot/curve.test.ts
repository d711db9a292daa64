import { describe, expect, it } from 'vitest'
import { thin } from './curve.js'

const style = { label: 'loss', colour: '#000', dash: undefined }

describe('thin', () => {
  it('leaves curves alone that have no more points than are seen', () => {
    const curve = { ...style, x: [1, 2, 3], y: [3, 2, Number.NaN] }
    expect(thin(curve, 10)).toBe(curve)
  })

  it('keeps the ends, each peak and each gap of a hundred thousand points', () => {
    const x = Array.from({ length: 100_000 }, (_, i) => i + 1)
    const y = x.map((i) => Math.sin(i / 5000))
    y[33_333] = 50
    y[44_444] = -50
    y[55_555] = Number.NaN
    const thinned = thin({ ...style, x, y }, 400)
    expect(thinned.x.length).toBeLessThanOrEqual(2000)
    expect([thinned.x[0], thinned.x.at(-1)]).toEqual([1, 100_000])
    for (const place of [33_333, 44_444, 55_555]) {
      expect(thinned.y[thinned.x.indexOf(place + 1)]).toEqual(y[place])
    }
    expect(thinned.x).toEqual([...new Set(thinned.x)].sort((a, b) => a - b))
  })
})
