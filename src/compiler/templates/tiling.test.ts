import { describe, expect, it } from 'vitest'
import { testTraits } from '../../testing/templateHarness.js'
import { rowsPerBlock } from './gridBlocks.js'
import { alikePanels, tileMatrix } from './tiling.js'

describe('tileMatrix', () => {
  it('covers all columns, full panels first, within the accumulators', () => {
    for (const width of [4, 8, 16] as const) {
      const traits = testTraits(width)
      for (const rows of [1, 2, 3, 5, 8, 14, 100]) {
        for (let columns = 1; columns <= 130; columns++) {
          const { classes, panels, lanes, rows: tallest } = tileMatrix(rows, columns, traits)
          const counted = classes.flatMap((panel) => panel.counts.map((count) => count * panel.panels))
          expect(counted.reduce((sum, count) => sum + count, 0)).toBe(columns)
          expect(classes.reduce((sum, panel) => sum + panel.panels, 0)).toBe(panels)
          expect(lanes - columns).toBeLessThan(width)
          for (const panel of classes) {
            expect(panel.rows * panel.vectors).toBeLessThanOrEqual(traits.accumulators)
            expect(tallest % panel.rows).toBe(0)
          }
        }
      }
    }
  })

  it("takes the target's tile, and a taller one for a last vector", () => {
    const { classes } = tileMatrix(8, 50, testTraits(4))
    expect(classes.map(({ rows, vectors, panels, counts }) => ({ rows, vectors, panels, counts }))).toEqual([
      { rows: 4, vectors: 2, panels: 6, counts: [4, 4] },
      { rows: 8, vectors: 1, panels: 1, counts: [2] },
    ])
  })

  it('takes wider panels where rows are few', () => {
    expect(tileMatrix(1, 64, testTraits(4)).classes).toMatchObject([{ rows: 1, vectors: 8, panels: 2 }])
    expect(tileMatrix(2, 64, testTraits(4)).classes).toMatchObject([{ rows: 2, vectors: 4, panels: 4 }])
  })

  it('cuts runs of rows evenly where a short rest would waste cycles', () => {
    expect(tileMatrix(16, 32, testTraits(16)).rows).toBe(8)
    expect(tileMatrix(32, 16, testTraits(16)).rows).toBe(11)
    expect(tileMatrix(28, 32, testTraits(16)).rows).toBe(14)
    expect(tileMatrix(7, 32, testTraits(16)).rows).toBe(14)
  })

  it('cuts them into tiles of one height where that costs nothing', () => {
    expect(tileMatrix(128, 500, testTraits(16)).rows).toBe(8)
    expect(tileMatrix(100, 50, testTraits(16)).rows).toBe(10)
    // Many rows, and those of which bands are made, keep tall tiles.
    expect(tileMatrix(1024, 1024, testTraits(16)).rows).toBe(14)
    expect(tileMatrix(128, 500, testTraits(16), {}, { tall: true }).rows).toBe(13)
    // The tallest would be 14 high; half of that is too low.
    expect(tileMatrix(25, 20, testTraits(16)).rows).toBe(14)
    expect(tileMatrix(36, 20, testTraits(16)).rows).toBe(12)
  })

  it('counts how well tiles fit', () => {
    expect(tileMatrix(8, 48, testTraits(4)).efficiency).toBeGreaterThan(0.9)
    expect(tileMatrix(1, 4, testTraits(4)).efficiency).toBeLessThan(0.2)
  })
})

describe('alikePanels', () => {
  const buffer = { id: 0, elements: 1, dtype: 'float32' } as const
  const view = { buffer, offset: 0, strides: [] }

  it('moves a last panel that is as wide as the others back over columns of the one before', () => {
    const [panel, ...others] = alikePanels(tileMatrix(8, 15, testTraits(4)), {}).classes
    expect(others).toEqual([])
    expect(panel).toMatchObject({ panels: 2, vectors: 2, counts: [4, 4], lastColumn: 7 })
  })

  it('leaves panels that are narrower, and those that would overwrite what they read', () => {
    for (const columns of [8, 12, 16]) {
      const tiling = tileMatrix(8, columns, testTraits(4))
      expect(alikePanels(tiling, {})).toBe(tiling)
    }
    const tiling = tileMatrix(8, 15, testTraits(4))
    expect(alikePanels(tiling, { inPlace: [{ output: view, input: view }] })).toBe(tiling)
  })
})

describe('rowsPerBlock', () => {
  it('makes a grid for many threads of blocks of whole tiles', () => {
    expect(rowsPerBlock(1000, 4, 1, 1000)).toBe(12)
    expect(rowsPerBlock(1000, 4, 128, 1000)).toBe(1000)
    expect(rowsPerBlock(1000, 4, 128, 100)).toBe(100)
    expect(rowsPerBlock(3, 4, 1, 1000)).toBe(4)
  })
})
