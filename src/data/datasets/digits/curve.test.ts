import { describe, expect, it } from 'vitest'
import { addCurve } from './curve.js'
import { PenPath } from './penPath.js'

const curve = (points: [number, number][], corners: number[] = []) => {
  const path = new PenPath()
  const corner = points.map((_, k) => corners.includes(k))
  addCurve(
    path,
    Float64Array.from(points, ([x]) => x),
    Float64Array.from(points, ([, y]) => y),
    corner,
    points.length,
  )
  return Array.from({ length: path.count }, (_, k) => [path.x[k], path.y[k]])
}

describe('addCurve', () => {
  it('draws two points as a straight line', () => {
    const line = curve([
      [0.1, 0.2],
      [0.5, 1],
    ])
    for (const [x, y] of line) expect(y - 0.2).toBeCloseTo((x - 0.1) * 2, 12)
  })

  it('passes through every point', () => {
    const points: [number, number][] = [
      [0, 0],
      [0.6, 0.1],
      [0.5, 0.7],
      [0.1, 0.6],
    ]
    const line = curve(points)
    for (const [x, y] of points) {
      expect(Math.min(...line.map(([u, v]) => Math.hypot(u - x, v - y)))).toBeLessThan(1e-12)
    }
  })

  it('rounds a bend and keeps a corner sharp', () => {
    const points: [number, number][] = [
      [0, 0],
      [0.5, 0],
      [0.5, 0.5],
    ]
    // A smooth curve through the bend leaves the first line; a corner does not.
    const stray = (line: number[][]) =>
      Math.max(...line.map(([x, y]) => Math.min(Math.abs(y), Math.abs(x - 0.5))))
    expect(stray(curve(points))).toBeGreaterThan(0.02)
    expect(stray(curve(points, [1]))).toBeLessThan(1e-12)
  })

  it('stays finite where points coincide', () => {
    const line = curve([
      [0.2, 0.2],
      [0.2, 0.2],
      [0.4, 0.4],
    ])
    expect(line.flat().every(Number.isFinite)).toBe(true)
  })
})
