import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testTraits } from '../../testing/templateHarness.js'
import { cutCandidates, isCut } from './cutCandidates.js'
import { bestTiles, tileInPanels, tileMatrix } from './tiling.js'

const traitsOfAll = ([4, 8, 16] as const).map((width) => testTraits(width))

describe('cutCandidates', () => {
  it('are cuts that the target can run, whatever the matrix', () => {
    const size = fc.integer({ min: 1, max: 3000 })
    fc.assert(
      fc.property(size, size, fc.constantFrom(...traitsOfAll), (rows, columns, traits) => {
        for (const cut of cutCandidates({ rows, columns }, traits).flat()) {
          expect(isCut(cut, traits)).toBe(true)
          const { classes, rows: tallest } = tileMatrix(rows, columns, traits, cut)
          const counted = classes.flatMap((panel) => panel.counts.map((count) => count * panel.panels))
          expect(counted.reduce((sum, count) => sum + count, 0)).toBe(columns)
          for (const panel of classes) {
            expect(panel.rows * panel.vectors).toBeLessThanOrEqual(traits.accumulators)
            expect(tallest % panel.rows).toBe(0)
          }
        }
      }),
    )
  })

  it('are the best by the cost model, the best first', () => {
    const [, , traits] = traitsOfAll
    const matrix = { rows: 100, columns: 100 }
    const efficiencies = bestTiles(matrix, traits, 4).map(
      ({ rows, vectors }) => tileInPanels(100, 100, vectors, traits, rows).efficiency,
    )
    expect(efficiencies).toHaveLength(4)
    expect(efficiencies).toEqual([...efficiencies].sort((a, b) => b - a))
    expect(efficiencies[0]).toBeGreaterThanOrEqual(tileMatrix(100, 100, traits).efficiency)
  })
})

describe('isCut', () => {
  const [, , traits] = traitsOfAll

  it.each([
    [{}],
    [{ tile: { rows: 14, vectors: 2 } }],
    [{ tile: { rows: 1, vectors: 28 }, items: 24, outer: 'rows', packed: false, depth: 0.5 }],
  ])('takes %j', (value) => {
    expect(isCut(value, traits)).toBe(true)
  })

  it.each([
    [undefined],
    [null],
    ['tile'],
    [[]],
    [{ tile: { rows: 15, vectors: 2 } }],
    [{ tile: { rows: 1, vectors: 29 } }],
    [{ tile: { rows: 0, vectors: 2 } }],
    [{ tile: { rows: 2.5, vectors: 2 } }],
    [{ tile: { rows: 4, vectors: 2, depth: 1 } }],
    [{ tile: [4, 2] }],
    [{ items: 0 }],
    [{ items: 1e9 }],
    [{ outer: 'columns' }],
    [{ packed: 1 }],
    [{ depth: 0 }],
    [{ depth: Number.NaN }],
    [{ shares: 2 }],
  ])('refuses %j', (value) => {
    expect(isCut(value, traits)).toBe(false)
  })
})
