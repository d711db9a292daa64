import { describe, expect, it } from 'vitest'
import { microKernel } from '../../compiler/templates/microKernel.js'
import { InternalError } from '../../errors.js'
import { LoopBuilder } from '../../loops/builder.js'
import { interpret } from '../../loops/interpreter.js'
import type { LoopFunction, Storage, Value } from '../../loops/ir.js'
import { verify } from '../../loops/verify.js'
import { nativeRunner } from '../../testing/nativeRunner.js'
import { findDifference, randomLoops } from '../../testing/randomLoops.js'
import { compileFunction } from './compileFunction.js'

const native = await nativeRunner()
const reason = typeof native === 'string' ? native : undefined
const widths = typeof native === 'string' ? [] : native.widths
const run = typeof native === 'string' ? undefined : native.run

describe.skipIf(reason !== undefined)(`machine code ${reason ? `(skipped: ${reason})` : ''}`, () => {
  it.each(widths)('of random loops with %i lanes agrees with the interpreter bit for bit', (width) => {
    for (let seed = 0; seed < 150; seed++) {
      const loops = randomLoops(seed, width)
      const { fn, pointers, bounds, begin, end } = loops
      const expected = loops.memory.slice(0)
      interpret(fn, expected, pointers, begin, end, { fusedMulAdd: true, bounds })
      const received = loops.memory.slice(0)
      run?.(fn, received, pointers, begin, end)
      expect(findDifference(loops, expected, received), `seed ${seed}`).toBeUndefined()
    }
  })

  it.each(widths)('of %i lanes divides integers and shifts by constants as the interpreter does', (width) => {
    const dividends = [7, -7, 0, 1, -1, 12345, -(2 ** 31), 2 ** 31 - 1]
    for (const constant of [1, -1, 2, 3, -3, 5, 7, 8, 100, 641, 2 ** 16 + 1, 2 ** 31 - 1, -(2 ** 31)]) {
      expectSame(width, dividends, (l, input, output) => {
        const vector = l.loadVector('i32', input, 0, 8)
        const names = ['div', 'rem', 'divU', 'remU', 'shl', 'shr', 'shrU'] as const
        names.forEach((name, i) => {
          l.store('i32', output, l.binary(name, vector, l.int(constant)), i * 64)
          for (let lane = 0; lane < 8; lane++) {
            const quotient = l.binary(name, l.load('i32', input, lane * 4), l.int(constant))
            l.store('i32', output, quotient, 512 + i * 64 + lane * 4)
          }
        })
      })
    }
  })

  it.each(widths)('of %i lanes interleaves runs, whichever register the result goes to', (width) => {
    const words = Array.from({ length: 2 * width }, (_, i) => i)
    for (let run = 1; run < width; run *= 2) {
      for (const odd of [false, true]) {
        expectSame(width, words, (l, input, output) => {
          const load = (vector: number) => l.loadVector('i32', input, 4 * width * vector) as Value<'i32v'>
          const [first, second] = [l.variable(load(0)), l.variable(load(1))]
          const mixed = l.interleave(run, odd, l.get(first), l.get(second))
          l.store('i32', output, mixed)
          l.set(first, l.interleave(run, odd, l.get(first), l.get(second)))
          l.store('i32', output, l.get(first), 4 * width)
          l.set(second, l.interleave(run, odd, load(0), l.get(second)))
          l.store('i32', output, l.get(second), 8 * width)
          l.set(second, l.interleave(run, odd, l.get(second), l.get(second)))
          l.store('i32', output, l.get(second), 12 * width)
        })
      }
    }
  })

  it.each(widths)('of %i lanes adds up the constants and variables of addresses', (width) => {
    const words = Array.from({ length: 64 }, (_, i) => 1000 + i)
    expectSame(width, words, (l, input, output) => {
      const walk = l.variable(l.advance(input, l.int(3), 4))
      l.for(0, 3, 1, (i) => {
        const at = l.advance(l.advance(input, l.add(i, l.int(2)), 4), l.add(i, l.int(1)), 12)
        const further = l.advance(l.advance(at, i, 4), l.sub(l.add(l.int(5), i), l.int(3)), 4)
        const back = l.advance(further, l.sub(i, l.int(4)), 4)
        const place = l.advance(output, i, 32)
        const addresses = [at, further, back, l.advance(back, l.int(-1), 4), l.get(walk)]
        addresses.forEach((address, k) => {
          l.store('i32', place, l.load('i32', address, 4), 4 * k)
        })
        l.set(walk, l.advance(l.get(walk), l.add(i, l.int(1)), 4))
        l.store('i32', place, l.load('i32', l.get(walk)), 28)
      })
    })
  })

  it.each(widths)('of %i lanes saturates floats to integers, and rounds unsigned ones once', (width) => {
    const floats = [
      2 ** 31,
      -(2 ** 31),
      2 ** 31 - 128,
      Number.NaN,
      1e20,
      -1e20,
      -0.9,
      Number.POSITIVE_INFINITY,
    ]
    const words = [...new Int32Array(Float32Array.from(floats).buffer), -1, 0, 0x7fffff81, 0x1000001, -65]
    expectSame(width, words, (l, input, output) => {
      for (let lane = 0; lane < 8; lane++) {
        const x = l.load('f32', input, 4 * lane) as Value<'f32'>
        l.store('i32', output, l.convert('toInt', x), 4 * lane)
        l.store('i32', output, l.convert('toInt', l.splat(x)), 64 + 64 * lane)
        const n = l.load('i32', input, 4 * (5 + lane)) as Value<'i32'>
        const float = l.convert('floatToBits', l.convert('toFloatU', n))
        l.store('i32', output, float, 640 + 4 * lane)
        l.store('i32', output, l.convert('floatToBits', l.convert('toFloatU', l.splat(n))), 704 + 64 * lane)
      }
    })
  })

  it.each(widths)('of %i lanes touches nothing past the elements of a partial vector', (width) => {
    for (const storage of ['f32', 'u8'] as const) {
      for (let count = 1; count <= width; count++) {
        const size = storage === 'u8' ? 1 : 4
        const memory = new Uint8Array(4 * 64).map((_, i) => i + 1)
        const before = memory.slice()
        run?.(partialCopy(storage, width, count), memory.buffer, [0, 128], 0, 0)
        expect(memory.subarray(128, 128 + count * size)).toEqual(before.subarray(0, count * size))
        expect(memory.subarray(128 + count * size)).toEqual(before.subarray(128 + count * size))
      }
    }
  })

  it('refuses other widths', () => {
    expect(() => compileFunction(new LoopBuilder('narrow', 4).finish(), 'sysv')).toThrow(InternalError)
  })

  it.each([
    { width: 8, rows: 6, vectors: 2 },
    { width: 16, rows: 14, vectors: 2 },
    { width: 16, rows: 8, vectors: 3 },
    { width: 16, rows: 9, vectors: 3 },
  ])('keeps a tile of $rows x $vectors vectors of $width lanes in registers', ({ width, rows, vectors }) => {
    for (const convention of ['sysv', 'win64'] as const) {
      expect(compileFunction(tile(width, rows, vectors), convention).innermostSpills()).toBe(0)
    }
  })
})

function partialCopy(storage: Storage, width: number, count: number): LoopFunction {
  const l = new LoopBuilder('partial', width)
  const from = l.pointer('from', 'read')
  l.store(storage, l.pointer('to', 'write'), l.loadVector(storage, from, 0, count), 0, count)
  return l.finish()
}

function tile(width: number, rows: number, vectors: number): LoopFunction {
  const l = new LoopBuilder('tile', width)
  const [left, right] = [l.pointer('left', 'read'), l.pointer('right', 'read')]
  const result = l.pointer('result', 'write')
  const sums = microKernel(l, {
    rows: { base: left, offsets: Array.from({ length: rows }, (_, r) => 1024 * r) },
    columns: { base: right, offsets: Array.from({ length: vectors }, (_, v) => 4 * width * v) },
    depth: [{ count: 256, a: 4, b: 4 * width * vectors }],
  })
  sums.flat().forEach((sum, i) => l.store('f32', result, sum, 4 * width * i))
  return l.finish()
}

/** Runs a function of one input and one output by the interpreter and compiled, and compares what they store. */
function expectSame(
  width: number,
  inputs: readonly number[],
  build: (l: LoopBuilder, input: Value<'ptr'>, output: Value<'ptr'>) => void,
): void {
  const l = new LoopBuilder('case', width)
  build(l, l.pointer('input', 'read'), l.pointer('output', 'write'))
  const fn = l.finish()
  verify(fn)
  const outcome = (execute: (memory: ArrayBuffer) => void): Int32Array => {
    const words = new Int32Array(512)
    words.set(inputs)
    execute(words.buffer)
    return words.subarray(64)
  }
  const expected = outcome((memory) => interpret(fn, memory, [0, 256], 0, 0, { fusedMulAdd: true }))
  const received = outcome((memory) => run?.(fn, memory, [0, 256], 0, 0))
  expect(expected.some((word) => word !== 0)).toBe(true)
  expect(received).toEqual(expected)
}
