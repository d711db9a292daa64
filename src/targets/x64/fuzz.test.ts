import { describe, expect, it } from 'vitest'
import { compareWithAs, hasBinutils } from '../../testing/compareWithAs.js'
import { randomInstruction } from '../../testing/randomInstruction.js'
import { RandomSource } from '../../testing/randomLoopsSource.js'
import { instructions } from './instructions.js'

describe.skipIf(!hasBinutils())(`random instructions ${hasBinutils() ? '' : '(skipped: no GNU as)'}`, () => {
  it('are encoded as GNU as encodes them', () => {
    const random = new RandomSource(1)
    const list = Array.from({ length: 10_000 }, () => randomInstruction(random))
    // All but xgetbv, whose operand is part of its opcode.
    expect(new Set(list.map(({ form }) => form)).size).toBe(Object.keys(instructions).length - 1)
    expect(compareWithAs(list)).toEqual([])
  })
})
