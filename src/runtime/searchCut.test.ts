import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { compile } from '../compiler/compile.js'
import type { Cut } from '../compiler/cut.js'
import { opAlone } from '../compiler/microKernelOps.js'
import type { Program } from '../compiler/program.js'
import { bestTiles } from '../compiler/templates/tiling.js'
import { parameter } from '../graph/node.js'
import { matmul } from '../ops/matmul.js'
import { testTraits } from '../testing/templateHarness.js'
import { Arena } from './arena.js'
import type { Backend } from './backend.js'
import { RunQueue } from './runQueue.js'
import { searchCut } from './searchCut.js'
import type { Device } from './timedOp.js'

const traits = testTraits(16)

/** A device on which a Program takes as long as `cost` says, by a clock of its own. */
class TestDevice implements Device {
  now = 0
  loaded = 0
  samples = 0
  allocated = 0
  readonly allocator = {
    usedBytes: 0,
    reservedBytes: 0,
    joinsBuffers: true,
    allocate: () => this.allocated++,
    release: () => void this.allocated--,
  }
  readonly arena = new Arena(this.allocator)
  readonly queue = new RunQueue(1)
  readonly backend: Backend

  constructor(cost: (program: Pick<Program, 'report'>) => number) {
    this.backend = {
      ...{ name: 'test', threads: 1, traits, lowestAddress: 0, functionsCompiled: 0 },
      memory: { byteLength: 0, maximumBytes: 0, grow() {}, write() {}, read: () => new Uint8Array(0) },
      start() {},
      async close() {},
      load: (program) => {
        this.loaded++
        return {
          ready: Promise.resolve(),
          bytes: 0,
          prepare: async () => {},
          run: async () => {
            const [step] = program.steps
            this.samples++
            this.now += cost(program) * (step.type === 'repeat' ? step.count : 1)
          },
          release: () => void this.loaded--,
        }
      },
    }
  }
}

const [product] = [
  matmul(
    parameter('a', { shape: [256, 100], dtype: 'float32' }),
    parameter('b', { shape: [100, 96], dtype: 'float32' }),
  ),
]
if (product.node.type !== 'operation') throw new Error('not an op')
const alone = opAlone(product.node)
const compileWith = (cut: Cut): Program => compile(alone, traits, { cutOf: () => ({ cut, by: 'measured' }) })
const tilesOf = (program: Pick<Program, 'report'>): string =>
  program.report.launches.map(({ algorithm }) => /tiles (\d+x\d+)/.exec(algorithm)?.[1]).join('')

/** The last of the candidates by the cost model. */
const tile = bestTiles({ rows: 256, columns: 96 }, traits, 4)[3]
const quick = `${tile.rows}x${tile.vectors}`

let device: TestDevice
beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => device.now)
})
afterEach(() => {
  vi.restoreAllMocks()
  expect(device.loaded).toBe(0)
  // The arena stays.
  expect(device.allocated).toBe(1)
})

describe('searchCut', () => {
  it('finds the quickest, whatever the cost model thinks', async () => {
    device = new TestDevice((program) => (tilesOf(program) === quick ? 1 : 2))
    const found = await searchCut(device, compileWith, 10_000)
    expect(tilesOf(compileWith({}))).not.toBe(quick)
    expect(found).toEqual({ cut: { tile }, ms: 1, modelMs: 2 })
  })

  it('keeps the model’s cut where another is quicker by no more than clocks err', async () => {
    device = new TestDevice((program) => (tilesOf(program) === quick ? 0.98 : 1))
    expect(await searchCut(device, compileWith, 10_000)).toEqual({ cut: {}, ms: 1, modelMs: 1 })
  })

  it('does not believe what was so once', async () => {
    let lucky = 12
    device = new TestDevice((program) => (tilesOf(program) === quick && lucky-- > 0 ? 0.5 : 1))
    expect(await searchCut(device, compileWith, 10_000)).toEqual({ cut: {}, ms: 1, modelMs: 1 })
  })

  it('puts together what is best of each choice', async () => {
    device = new TestDevice(
      (program) =>
        (tilesOf(program) === quick ? 1 : 2) *
        (program.report.launches.some(({ algorithm }) => algorithm.includes('B read in place')) ? 0.5 : 1),
    )
    const found = await searchCut(device, compileWith, 10_000)
    expect(found?.cut).toEqual({ tile, packed: false })
    expect(found?.ms).toBe(0.5)
  })

  it.each([0.01, 1, 20, 100])('keeps to its time where the op takes %d ms', async (cost) => {
    for (const budget of [1, 50, 300, 1000]) {
      device = new TestDevice(() => cost)
      await searchCut(device, compileWith, budget)
      // What finds out how long one sample takes cannot know it.
      const first = 4 * Math.max(cost, 3)
      expect(device.now).toBeLessThanOrEqual(budget + first)
    }
  })

  it('says nothing where there is no time to compare', async () => {
    device = new TestDevice(() => 100)
    expect(await searchCut(device, compileWith, 500)).toBeUndefined()
  })
})
