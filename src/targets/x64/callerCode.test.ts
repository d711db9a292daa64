import { describe, expect, it } from 'vitest'
import { LoopBuilder } from '../../loops/builder.js'
import { nativeRunner } from '../../testing/nativeRunner.js'
import { callerCode } from './callerCode.js'
import { callList, listedCall } from './callLists.js'
import { codeAlignment } from './codeMemory.js'
import { compileFunction } from './compileFunction.js'

const native = await nativeRunner()
const reason = typeof native === 'string' ? native : undefined

describe.skipIf(reason !== undefined)(`calls of machine code ${reason ? `(skipped: ${reason})` : ''}`, () => {
  /** Halves numbers: directly, and called through `callerCode`, there as often as is said, each time what the time before made. */
  function halve(numbers: readonly number[], times = 1): { direct: number[]; called: number[] } {
    if (typeof native === 'string') throw new Error(native)
    const { memory } = native
    const l = new LoopBuilder('halve', 8)
    const [input, output] = [l.pointer('input', 'read'), l.pointer('output', 'write')]
    numbers.forEach((_, i) => {
      l.store('f32', output, l.mul(l.load('f32', input, 4 * i), l.float(0.5)), 4 * i)
    })
    const caller = callerCode(memory.convention)
    const bytes = new Uint8Array(codeAlignment * 64)
    bytes.set(caller)
    const functionAt = codeAlignment * Math.ceil(caller.length / codeAlignment)
    bytes.set(compileFunction(l.finish(), memory.convention).code, functionAt)
    const address = memory.place(bytes)
    const given = Float32Array.from(numbers)
    const made = new Float32Array(new ArrayBuffer(256), 0, numbers.length)
    const words = Array.from({ length: times }, (_, i) => {
      const pointers = [memory.addressOf(i === 0 ? given : made), memory.addressOf(made)]
      return [address + BigInt(functionAt), 48n, 0n, ...pointers, 0n]
    }).flat()
    // Behind the last call stands a zero. With a buffer of its own from the start: small arrays without one move.
    const list = new BigInt64Array(new ArrayBuffer(8 * (words.length + 3)))
    list.set(words, callList.first / 8)
    try {
      const firstBlock = BigInt(callList.first + listedCall.block)
      memory.functionAt(address + BigInt(functionAt))(memory.addressOf(list) + firstBlock)
      const direct = [...made]
      memory.functionAt(address)(memory.addressOf(list))
      return { direct, called: [...made] }
    } finally {
      memory.remove(address)
    }
  }

  it('flush results to zero that are too small to be normal, and no others', () => {
    const { direct, called } = halve([3, 2 ** -125, 2 ** -126, -(2 ** -130), Number.NaN, 3e38])
    expect(direct).toEqual([1.5, 2 ** -126, 2 ** -127, -(2 ** -131), Number.NaN, Math.fround(3e38) / 2])
    expect(called).toEqual([1.5, 2 ** -126, 0, -0, Number.NaN, Math.fround(3e38) / 2])
  })

  it('come one after another', () => {
    expect(halve([3, -16], 1).called).toEqual([1.5, -8])
    expect(halve([3, -16], 4).called).toEqual([3 / 16, -1])
  })

  it('leave the floats of JavaScript as they were', () => {
    const small = Float64Array.of(2 ** -1060)
    halve([2 ** -126])
    expect(small[0] * 0.5).toBe(2 ** -1061)
  })
})
