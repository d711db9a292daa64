import { describe, expect, it } from 'vitest'
import type { BufferView } from '../lowering.js'
import { type MatrixProduct, widestPanel } from './matrixProduct.js'

const view: BufferView = { buffer: { id: 0, dtype: 'float32', elements: 0 }, offset: 0, strides: [] }

const product = (rows: number, depth: number, columns: number, batch = 1): MatrixProduct => ({
  name: 'product',
  ...{ batch, rows, depth, columns, a: view, transposeA: false, b: view, transposeB: false },
})

describe('widestPanel', () => {
  it('leaves the width open where threads can share rows', () => {
    expect(widestPanel(product(9, 800, 448), 16, false)).toBe(Number.POSITIVE_INFINITY)
  })

  it('makes panels for threads to share of products of few rows that are worth it', () => {
    const panels = (given: MatrixProduct, isInPlace = false) =>
      Math.ceil(given.columns / 16 / widestPanel(given, 16, isInPlace))
    expect(panels(product(1, 800, 64))).toBe(1)
    expect(panels(product(1, 800, 256))).toBe(2)
    expect(panels(product(1, 800, 448))).toBe(4)
    expect(panels(product(4, 1024, 1024))).toBe(8)
    expect(panels(product(1, 2048, 4096))).toBe(8)
    // Each matrix of a batch is an item of its own.
    expect(panels(product(4, 1024, 1024, 8))).toBe(1)
  })

  it('keeps enough sums under way, and runs of memory long where panels are read in place', () => {
    expect(widestPanel(product(1, 10_000, 100), 16, false)).toBe(8)
    expect(widestPanel(product(2, 10_000, 100), 16, false)).toBe(4)
    expect(widestPanel(product(1, 10_000, 100), 16, true)).toBe(16)
  })
})
