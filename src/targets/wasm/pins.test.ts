import { describe, expect, it } from 'vitest'
import { LoopBuilder } from '../../loops/builder.js'
import { interpret } from '../../loops/interpreter.js'
import type { LoopFunction, Statement, Value } from '../../loops/ir.js'
import { compileModule, lowestBufferAddress } from './module.js'
import { pinOf } from './pins.js'

/** Sums of products over a loop from `from` to `to`, one for each of `count` multiply-adds. */
function sums(count: number, from: number, to: number): LoopFunction {
  const b = new LoopBuilder('sums', 4)
  const x = b.pointer('x', 'read')
  const y = b.pointer('y', 'write')
  b.for(b.begin, b.end, 1, () => {
    const totals = Array.from({ length: count }, () => b.variable(b.constant('f32v', 0)))
    b.for(from, to, 1, (k) => {
      const factor = b.loadSplat('f32', b.advance(b.advance(x, b.int(-from), 4), k, 4))
      totals.forEach((total, i) => {
        b.set(total, b.mulAdd(factor, b.loadVector('f32', x, 16 * i), b.get(total)) as Value<'f32v'>)
      })
    })
    totals.forEach((total, i) => b.store('f32', y, b.get(total), 16 * i))
  })
  return b.finish()
}

const loopsOf = (block: readonly Statement[]): Extract<Statement, { kind: 'for' }>[] =>
  block.flatMap((statement) => (statement.kind === 'for' ? [statement, ...loopsOf(statement.body)] : []))

const compile = (fn: LoopFunction) =>
  compileModule([fn], { sharedMemory: false, minimumPages: 32, maximumPages: 32, relaxedMadd: false })

describe('pins', () => {
  it('stand in the middle of an innermost loop of many multiply-adds, for all its sums', () => {
    const [outer, inner] = loopsOf(sums(8, 0, 5).body)
    expect(pinOf(outer.body)).toBeUndefined()
    const pin = pinOf(inner.body)
    const sets = inner.body.filter((statement) => statement.kind === 'set')
    expect(pin?.after).toBe(sets[3])
    expect(pin?.variables.map(({ id }) => id)).toEqual(sets.map(({ variable }) => variable.id))
  })

  it('are not for loops of few', () => {
    expect(pinOf(loopsOf(sums(5, 0, 5).body)[1].body)).toBeUndefined()
  })

  it('are in the code only where the counter cannot be negative', () => {
    // The first nine loops alike, so that their code differs by the pin alone.
    const pinned = compile(sums(8, 0, 9)).length
    const unpinned = compile(sums(8, -1, 8)).length
    expect(pinned).toBeGreaterThan(unpinned + 8 * 5)
  })

  for (const from of [0, 3, -4]) {
    it(`change no result of a loop from ${from}`, () => {
      const fn = sums(9, from, from + 37)
      const memory = new WebAssembly.Memory({ initial: 32, maximum: 32 })
      const [x, y, z] = [lowestBufferAddress, lowestBufferAddress + 4096, lowestBufferAddress + 8192]
      new Float32Array(memory.buffer, x, 64).set(Array.from({ length: 64 }, (_, i) => Math.sin(i)))
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(compile(fn)), { env: { memory } })
      ;(exports.f0 as (...args: number[]) => void)(x, y, 0, 1)
      interpret(fn, memory.buffer, [x, z], 0, 1, { fusedMulAdd: false })
      expect(new Float32Array(memory.buffer, y, 36)).toEqual(new Float32Array(memory.buffer, z, 36))
      expect(new Uint8Array(memory.buffer, 0, 256).every((byte) => byte === 0)).toBe(true)
    })
  }
})
