import { describe, expect, it } from 'vitest'
import { type OperationNode, parameter } from '../../graph/node.js'
import { sizeOf } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Value } from '../../loops/ir.js'
import { matmul } from '../../ops/matmul.js'
import {
  checkTemplate,
  type Engine,
  expectClose,
  interpreterEngine,
  plainStore,
  runTemplate,
  type TemplateCheck,
  testFloats,
  testTraits,
} from '../../testing/templateHarness.js'
import type { Epilogue } from '../lowering.js'
import { contractionTemplate } from './contraction.cpu.js'

interface Case {
  readonly batch?: readonly number[]
  readonly m: number
  readonly k: number
  readonly n: number
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

function product({ batch = [], m, k, n, transposeA = false, transposeB = false }: Case) {
  const a = parameter('a', { shape: [...batch, ...(transposeA ? [k, m] : [m, k])], dtype: 'float32' })
  const b = parameter('b', { shape: [...batch, ...(transposeB ? [n, k] : [k, n])], dtype: 'float32' })
  const node = matmul(a, b, { transposeA, transposeB }).node as OperationNode
  return { node, inputs: node.inputs.map(({ shape }, i) => testFloats(sizeOf(shape), i + 1)) }
}

const check = (size: Case, options: Pick<TemplateCheck, 'widths' | 'cache'> = {}): void => {
  const { node, inputs } = product(size)
  checkTemplate(contractionTemplate, node, inputs, { tolerance: 3e-6 * Math.sqrt(size.k + 1), ...options })
}

/** Caches for which few steps of k and few rows are a block. */
const smallCache = { l1: 4096, l2: 32 * 1024 }

describe('contractionTemplate', () => {
  for (const columns of [1, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 33, 37])
    it(`${columns} columns`, () => check({ m: 5, k: 3, n: columns }))

  for (const rows of [1, 2, 3, 4, 5, 6, 7, 8, 11, 13, 14, 15, 29, 37])
    it(`${rows} rows`, () => check({ m: rows, k: 4, n: 21 }))

  for (const depth of [0, 1, 2, 7, 8, 9, 31, 33, 37, 64])
    it(`depth ${depth}`, () => check({ m: 6, k: depth, n: 9 }))

  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      const name = `${transposeA ? "A'" : 'A'} ${transposeB ? "B'" : 'B'}`
      it(name, () => check({ m: 19, k: 23, n: 29, transposeA, transposeB }))
      it(`${name} in a batch`, () => check({ batch: [2, 3], m: 7, k: 5, n: 11, transposeA, transposeB }))
    }
  }

  it('nothing at all', () => {
    check({ m: 0, k: 3, n: 4 })
    check({ m: 3, k: 3, n: 0 })
    check({ batch: [0], m: 3, k: 3, n: 4 })
  })

  it('blocks of k, whose partial sums wait in memory', () => {
    check({ m: 17, k: 400, n: 21, transposeB: true }, { widths: [4], cache: smallCache })
    check({ m: 30, k: 150, n: 69 }, { widths: [16], cache: smallCache })
    // The last panel is of one vector, and its tiles are twice as tall as those of the others.
    check({ m: 30, k: 400, n: 20 }, { widths: [4], cache: smallCache })
    const { node, inputs } = product({ m: 17, k: 400, n: 21 })
    const { launches } = runTemplate(contractionTemplate, node, inputs, {
      traits: testTraits(4, smallCache),
      engine: interpreterEngine,
    })
    expect(launches.map(({ report }) => report.algorithm).join()).toContain('k in blocks of')
  })

  it('rows of a transposed A that would compete for places in the cache', () => {
    check({ m: 256, k: 70, n: 34, transposeA: true }, { widths: [4] })
    check({ batch: [2], m: 256, k: 70, n: 130, transposeA: true }, { widths: [16] })
    const { node, inputs } = product({ m: 256, k: 70, n: 34, transposeA: true })
    const { launches } = runTemplate(contractionTemplate, node, inputs, {
      traits: testTraits(4),
      engine: () => {},
    })
    expect(launches.map(({ name }) => name).join()).toContain('groups of 4 rows')
  })

  it('rows of A that would compete for places in the cache', () => {
    check({ m: 21, k: 512, n: 70 }, { widths: [4], cache: smallCache })
    check({ batch: [2], m: 30, k: 1024, n: 130 }, { widths: [16], cache: smallCache })
    const namesOf = (k: number, n: number) => {
      const { node, inputs } = product({ m: 21, k, n })
      const traits = testTraits(4, smallCache)
      const { launches } = runTemplate(contractionTemplate, node, inputs, { traits, engine: () => {} })
      return launches.map(({ name }) => name).join()
    }
    expect(namesOf(512, 70)).toContain('space 21x512')
    expect(namesOf(520, 70)).not.toContain('space')
    // Too few panels read A again.
    expect(namesOf(512, 16)).not.toContain('space')
  })

  it('lets threads share columns where B is the larger matrix, else rows', () => {
    const corners = (m: number, n: number) => {
      const { node, inputs } = product({ m, k: 512, n })
      const firstHalf: Engine = (fn, memory, pointers, bounds, begin, end) => {
        const until = fn.name.startsWith('contraction') ? end / 2 : end
        interpreterEngine(fn, memory, pointers, bounds, begin, until)
      }
      const run = (by: Engine) =>
        runTemplate(contractionTemplate, node, inputs, { traits: testTraits(4), engine: by })
      const [all, half] = [run(interpreterEngine), run(firstHalf)].map(({ outputs }) => outputs[0])
      const [lastRow, lastColumn] = [(m - 1) * n, n - 1]
      return { lastRow: half[lastRow] === all[lastRow], lastColumn: half[lastColumn] === all[lastColumn] }
    }
    expect(corners(64, 96)).toEqual({ lastRow: true, lastColumn: false })
    expect(corners(96, 64)).toEqual({ lastRow: false, lastColumn: true })
  })

  it('reads B where it lies for as few tiles as it would take longer to pack it for', () => {
    const reads = (m: number, k: number, n: number, width: 4 | 8 | 16 = 16) => {
      const { node, inputs } = product({ m, k, n })
      const traits = testTraits(width)
      const { launches } = runTemplate(contractionTemplate, node, inputs, { traits, engine: () => {} })
      return launches.at(-1)?.report.algorithm.match(/B [a-z]+/)?.[0]
    }
    expect(reads(32, 800, 500)).toBe('B read')
    expect(reads(512, 800, 500)).toBe('B packed')
    // A tile wants less of each line.
    expect(reads(32, 800, 500, 4)).toBe('B packed')
    // Rows as far apart as a power of two have few places in the cache.
    expect(reads(32, 2048, 2048)).toBe('B packed')
    expect(reads(8, 2048, 2048)).toBe('B read')
    // It comes from memory.
    expect(reads(32, 8000, 1000)).toBe('B packed')
    // Some hundred rows with tiles of 14 rows and two vectors; a few dozen with 6 rows of vectors half as long.
    expect(reads(160, 800, 500)).toBe('B read')
    expect(reads(300, 800, 500)).toBe('B packed')
    expect(reads(48, 800, 500, 8)).toBe('B read')
    expect(reads(60, 800, 500, 8)).toBe('B packed')
  })

  it('computes the same of B where it lies, with blocks of k too', () => {
    const sizes: [Case, TemplateCheck['cache']][] = [
      [{ m: 32, k: 100, n: 200 }, undefined],
      [{ batch: [2], m: 17, k: 90, n: 150 }, smallCache],
    ]
    for (const [size, cache] of sizes) {
      const { node, inputs } = product(size)
      const traits = testTraits(16, cache)
      const { launches } = runTemplate(contractionTemplate, node, inputs, { traits, engine: () => {} })
      expect(launches.at(-1)?.report.algorithm).toContain('B read in place (few rows use it)')
      check(size, { widths: [16], cache })
    }
  })

  it('transposes blocks of a transposed B back in registers', () => {
    const { node, inputs } = product({ m: 20, k: 70, n: 90, transposeB: true })
    const traits = testTraits(16)
    const { launches } = runTemplate(contractionTemplate, node, inputs, { traits, engine: () => {} })
    expect(launches[0].report).toMatchObject({
      algorithm: expect.stringContaining('transposed in registers'),
      lanes: 'vector',
    })
  })

  it('gives the same bits with every tile, as which one is used depends on a probe', () => {
    const { node, inputs } = product({ m: 11, k: 300, n: 17 })
    const results = [
      [4, 2],
      [3, 3],
      [2, 4],
      [6, 2],
      [1, 1],
    ].map(([rows, vectors]) => {
      const traits = { ...testTraits(4, smallCache), tile: { rows, vectors }, accumulators: rows * vectors }
      return runTemplate(contractionTemplate, node, inputs, { traits, engine: interpreterEngine }).outputs[0]
    })
    for (const result of results) expect(result).toEqual(results[0])
  })

  it('cuts a grid that keeps 16 threads busy, and shares rows where columns are few', () => {
    const { node, inputs } = product({ m: 1024, k: 64, n: 16 })
    const { launches } = runTemplate(contractionTemplate, node, inputs, {
      traits: testTraits(4),
      engine: () => {},
    })
    expect(launches.at(-1)?.grid).toBeGreaterThanOrEqual(16)
  })

  it('hands rows and columns to the epilogue', () => {
    const size = { batch: [2], m: 9, k: 5, n: 14 }
    const { node, inputs } = product(size)
    const bias = testFloats(size.n, 7)
    const traits = testTraits(4)
    const biasTensor = parameter('bias', { shape: [size.n], dtype: 'float32' })
    const { outputs } = runTemplate(contractionTemplate, node, inputs, {
      traits,
      engine: interpreterEngine,
      extra: new Map([[biasTensor, bias]]),
      epilogue: (lowering, output) => biasAndRelu(lowering, output, biasTensor),
    })
    const [plain] = runTemplate(contractionTemplate, node, inputs, {
      traits,
      engine: interpreterEngine,
    }).outputs
    const expected = plain.map((value, i) => Math.max(value + bias[i % size.n], 0))
    expectClose(outputs[0], expected, 1e-7, 'bias and relu')
  })
})

function biasAndRelu(lowering: Parameters<typeof plainStore>[0], output: Tensor, bias: Tensor): Epilogue {
  const store = plainStore(lowering, output)
  return {
    ops: 'add+relu',
    bind(b, operands) {
      const from = operands.read(lowering.input(bias))
      const bound = store.bind(b, operands)
      return {
        emitRow(row, column, values, counts) {
          const at = b.advance(from, column, 4)
          const finished = values.map((value, i) => {
            const sum = b.add(value, b.loadVector('f32', at, 4 * i * b.width, counts[i]))
            return b.binary('max', sum, b.float(0)) as Value<'f32v'>
          })
          bound.emitRow(row, column, finished, counts)
        },
      }
    },
  }
}
