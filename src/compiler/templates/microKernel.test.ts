import { describe, expect, it } from 'vitest'
import { LoopBuilder } from '../../loops/builder.js'
import { interpret } from '../../loops/interpreter.js'
import type { Value } from '../../loops/ir.js'
import { print } from '../../loops/print.js'
import { testFloats } from '../../testing/templateHarness.js'
import { type DepthLoop, microKernel } from './microKernel.js'

const width = 4
const aRows = [0, 13, 31]
const vectors = [0, 4]

/** Runs a tile of 3 rows and 2 vectors on random numbers; strides of the walk count elements. */
function run(depth: readonly { count: number; a: number; b: number }[], initial?: number, dynamic = false) {
  const builder = new LoopBuilder('tile', width)
  const a = builder.pointer('a', 'read')
  const b = builder.pointer('b', 'read')
  const c = builder.pointer('c', 'write')
  const loops = depth.map<DepthLoop>((loop, i) => ({
    count: dynamic && i === 0 ? builder.end : loop.count,
    a: 4 * loop.a,
    b: 4 * loop.b,
  }))
  const start = initial === undefined ? undefined : builder.constant('f32v', initial)
  const result = microKernel(builder, {
    rows: { base: a, offsets: aRows.map((row) => 4 * row) },
    columns: { base: b, offsets: vectors.map((vector) => 4 * vector) },
    depth: loops,
    initial: start && aRows.map(() => vectors.map(() => start as Value<'f32v'>)),
  })
  result.forEach((row, r) =>
    row.forEach((value, v) => builder.store('f32', c, value, 4 * (r * vectors.length + v) * width)),
  )
  const memory = new Float32Array(4096)
  memory.set(testFloats(4096))
  interpret(builder.finish(), memory.buffer, [4 * 1000, 4 * 2000, 0], 0, depth[0]?.count ?? 1, {
    fusedMulAdd: true,
  })
  return memory
}

function expected(
  memory: Float32Array,
  depth: readonly { count: number; a: number; b: number }[],
  initial = 0,
): number[] {
  let steps = [{ a: 1000, b: 2000 }]
  for (const { count, a, b } of depth) {
    steps = steps.flatMap((at) =>
      Array.from({ length: count }, (_, i) => ({ a: at.a + i * a, b: at.b + i * b })),
    )
  }
  return aRows.flatMap((row) =>
    vectors.flatMap((vector) =>
      Array.from({ length: width }, (_, lane) =>
        steps.reduce((sum, { a, b }) => sum + memory[a + row] * memory[b + vector + lane], initial),
      ),
    ),
  )
}

describe('microKernel', () => {
  const walks = {
    'one loop': [{ count: 7, a: 1, b: 8 }],
    'no step': [{ count: 0, a: 1, b: 8 }],
    'one step': [],
    'two loops that are one': [
      { count: 3, a: 5, b: 40 },
      { count: 5, a: 1, b: 8 },
    ],
    'three loops, with a gap in A': [
      { count: 2, a: 100, b: 96 },
      { count: 3, a: 20, b: 32 },
      { count: 4, a: 2, b: 8 },
    ],
    'loops of one iteration between others': [
      { count: 2, a: 100, b: 32 },
      { count: 1, a: 77, b: 78 },
      { count: 4, a: 2, b: 8 },
    ],
    'A backwards': [
      { count: 4, a: -50, b: 24 },
      { count: 3, a: 1, b: 8 },
    ],
  }
  for (const [name, walk] of Object.entries(walks)) {
    for (const dynamic of [false, true]) {
      it(`${name}${dynamic ? ', counted when it runs' : ''}`, () => {
        for (const initial of [undefined, 0.5]) {
          const memory = run(walk, initial, dynamic && walk.length > 0)
          expected(memory, walk, initial).forEach((value, i) => expect(memory[i]).toBeCloseTo(value, 5))
        }
      })
    }
  }

  it('refuses an inner loop whose count is not known', () => {
    const b = new LoopBuilder('tile', width)
    const pointer = b.pointer('a', 'read')
    const side = { base: pointer, offsets: [0] }
    const depth = [
      { count: 2, a: 4, b: 4 },
      { count: b.end, a: 4, b: 4 },
    ]
    expect(() => microKernel(b, { rows: side, columns: side, depth })).toThrow('outermost')
  })

  /** The offsets that a walk of so many steps asks for, from A or from B, with a cache of 4 KB. */
  const asked = (steps: number, rows: readonly number[], stepOfA: number) => {
    const b = new LoopBuilder('tile', 16)
    const [a, right] = [b.pointer('a', 'read'), b.pointer('b', 'read')]
    microKernel(b, {
      rows: { base: a, offsets: rows },
      columns: { base: right, offsets: [0, 64] },
      depth: [{ count: steps, a: stepOfA, b: 128 }],
      cache: 4096,
    })
    return [...print(b.finish()).matchAll(/prefetch \[%\d+(?: \+ (\d+))?\]/g)].map(([, offset]) =>
      Number(offset),
    )
  }

  it('asks ahead for lines of a panel that the first-level cache does not keep', () => {
    expect(asked(16, [0, 400, 800], 4)).toEqual([])
    expect(asked(17, [0, 400, 800], 4)).toEqual([8 * 128, 8 * 128 + 64])
  })

  it('asks ahead for rows that lie side by side, in other lines with each step', () => {
    expect(asked(16, [0, 4, 8], 256)).toEqual([8 * 256])
    expect(asked(16, [0, 16, 52], 256)).toEqual([8 * 256, 8 * 256 + 52])
    expect(asked(16, [0, 400, 800], 256)).toEqual([])
    expect(asked(16, [0, 4, 8], 32)).toEqual([])
  })
})
