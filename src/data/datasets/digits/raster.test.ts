import { describe, expect, it } from 'vitest'
import { PenPath } from './penPath.js'
import { coverageOf } from './raster.js'

const line = (radius: number) => {
  const path = new PenPath()
  path.radius.fill(radius)
  path.add(5, 14, true)
  path.add(23, 14, false)
  return path
}

describe('coverageOf', () => {
  it('falls off linearly across the edge of a stroke', () => {
    // Centres of rows lie half a pixel beside the line at y = 14: distances 0.5, 1.5, 2.5.
    const coverage = coverageOf(line(1.25), 28, 1)
    const column = (row: number) => coverage[row * 28 + 14]
    expect([11, 12, 13, 14, 15, 16].map(column)).toEqual([0, 0.25, 1, 1, 0.25, 0])
  })

  it('ends a stroke in a half circle', () => {
    const coverage = coverageOf(line(1.25), 28, 1)
    const distance = Math.hypot(1.5, 0.5)
    expect(coverage[14 * 28 + 3]).toBeCloseTo(1.25 - distance + 0.5, 12)
    expect(coverage[14 * 28 + 2]).toBe(0)
  })

  it('draws nothing where the pen is lifted', () => {
    const path = line(1)
    path.start[1] = 1
    expect(coverageOf(path, 28, 1).every((share) => share === 0)).toBe(true)
  })

  it('clips strokes that leave the picture', () => {
    const path = line(2)
    path.x[1] = 90
    const coverage = coverageOf(path, 28, 1)
    expect(coverage[14 * 28 + 27]).toBe(1)
    expect(coverage[15 * 28]).toBe(0)
  })
})
