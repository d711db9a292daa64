import { describe, expect, it } from 'vitest'
import { mostLines } from './curve.js'
import { PenPath } from './penPath.js'
import { stylesOf } from './skeletons.js'

const allStyles = Array.from({ length: 10 }, (_, digit) => stylesOf(digit)).flat()

describe('stylesOf', () => {
  it('knows several ways to write each digit, each under its own name', () => {
    for (let digit = 0; digit < 10; digit++) {
      const names = stylesOf(digit).map(({ name }) => name)
      expect(names.length).toBeGreaterThanOrEqual(5)
      expect(new Set(names).size).toBe(names.length)
    }
  })

  it('keeps every digit within its box, from the top to the baseline', () => {
    for (const { strokes } of allStyles) {
      const x = strokes.flatMap((stroke) => stroke.x)
      const y = strokes.flatMap((stroke) => stroke.y)
      expect(Math.max(...x)).toBeLessThanOrEqual(1)
      expect(Math.min(...y)).toBeLessThanOrEqual(0.25)
      expect(Math.max(...y)).toBeGreaterThanOrEqual(0.8)
      expect(Math.max(...y)).toBeLessThanOrEqual(1)
    }
  })

  it('has no style longer than a PenPath can hold', () => {
    const capacity = new PenPath().x.length
    for (const { strokes } of allStyles) {
      const points = strokes.reduce((sum, { x }) => sum + 1 + (x.length - 1) * mostLines, 0)
      expect(points).toBeLessThanOrEqual(capacity)
    }
  })
})
