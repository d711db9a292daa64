import { describe, expect, it } from 'vitest'
import { LoopBuilder } from '../../loops/builder.js'
import { interpret } from '../../loops/interpreter.js'
import { turn } from './turn.js'

describe('turn', () => {
  it.each([4, 8, 16])('makes columns of rows of %i lanes', (width) => {
    const b = new LoopBuilder('turn', width)
    const [from, to] = [b.pointer('from', 'read'), b.pointer('to', 'write')]
    const offsets = Array.from({ length: width }, (_, row) => 4 * width * row)
    const rows = offsets.map((offset) => b.loadVector('f32', from, offset))
    turn(b, rows).forEach((column, i) => b.store('f32', to, column, offsets[i]))
    const size = width * width
    const memory = new Float32Array(2 * size).map((_, i) => i)
    const bounds = [
      [0, 4 * size],
      [4 * size, 8 * size],
    ] as const
    interpret(b.finish(), memory.buffer, [0, 4 * size], 0, 1, { fusedMulAdd: true, bounds })
    const turned = Array.from({ length: size }, (_, i) => (i % width) * width + Math.floor(i / width))
    expect([...memory.subarray(size)]).toEqual(turned)
  })
})
