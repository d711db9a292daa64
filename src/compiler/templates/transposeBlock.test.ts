import { describe, expect, it } from 'vitest'
import { LoopBuilder } from '../../loops/builder.js'
import { interpret } from '../../loops/interpreter.js'
import { transposeBlock } from './transposeBlock.js'

describe('transposeBlock', () => {
  it.each([
    [4, 4],
    [8, 8],
    [16, 16],
    [16, 5],
    [8, 1],
  ])('makes columns of rows of %i lanes, of which %i are there', (width, count) => {
    const b = new LoopBuilder('transpose', width)
    const [from, to] = [b.pointer('from', 'read'), b.pointer('to', 'write')]
    const offsetOf = (row: number) => 4 * width * row
    const rows = Array.from({ length: count }, (_, row) => b.loadVector('f32', from, offsetOf(row)))
    const columns = transposeBlock(b, rows, b.constant('f32v', 0))
    columns.forEach((column, i) => b.store('f32', to, column, offsetOf(i)))
    const [read, written] = [width * count, width * width]
    const memory = new Float32Array(written + read).map((_, i) => i + 1)
    const bounds = [
      [4 * written, 4 * (written + read)],
      [0, 4 * written],
    ] as const
    interpret(b.finish(), memory.buffer, [4 * written, 0], 0, 1, { fusedMulAdd: true, bounds })
    const transposed = Array.from({ length: written }, (_, i) => {
      const [column, row] = [Math.floor(i / width), i % width]
      return row < count ? written + row * width + column + 1 : 0
    })
    expect([...memory.subarray(0, written)]).toEqual(transposed)
  })
})
