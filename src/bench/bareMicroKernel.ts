import type { Address, Program } from '../compiler/program.js'
import { microKernel } from '../compiler/templates/microKernel.js'
import { LoopBuilder } from '../loops/builder.js'
import type { LoopFunction } from '../loops/ir.js'
import type { TargetTraits } from '../loops/traits.js'
import type { Backend } from '../runtime/backend.js'
import type { Subject } from './measureInTurns.js'

/** Steps of k in a tile: with them, both operands lie in the first-level cache. */
const depth = 256

/** Work of one run, in floating-point operations: milliseconds, beside which handing it to a worker takes nothing. */
const runFlops = 2e8

export interface MeasuredWork extends Subject {
  /** Floating-point operations of one run. */
  readonly flops: number
}

/**
 * The compiler's own micro-kernel on nothing but one tile in the first-level cache: the speed that everything made of it
 * is held against.
 * @param backend with one thread, and with nothing else in its memory
 */
export async function bareMicroKernel(backend: Backend): Promise<MeasuredWork> {
  const { traits, memory, lowestAddress } = backend
  const { rows, vectors } = traits.tile
  const tileFlops = 2 * depth * rows * vectors * traits.width
  const tiles = Math.ceil(runFlops / tileFlops)
  const program = tileProgram(traits, tiles)
  memory.grow(lowestAddress + program.arenaBytes)
  const loaded = backend.load(program)
  await loaded.ready
  return {
    name: 'micro-kernel',
    flops: tiles * tileFlops,
    async run(times) {
      for (let i = 0; i < times; i++) await loaded.run([lowestAddress])
    },
  }
}

/** One launch. Its operands are zeros, which take as long as other numbers. */
function tileProgram(traits: TargetTraits, tiles: number): Program {
  const { rows, vectors } = traits.tile
  const vectorBytes = 4 * traits.width
  const leftBytes = 4 * rows * depth
  const rightBytes = depth * vectors * vectorBytes
  const place = (offset: number): Address => ({ base: 0, offset, strides: [] })
  const arenaBytes = leftBytes + rightBytes + rows * vectors * vectorBytes
  const key = 'bare micro-kernel'
  return {
    functions: new Map([[key, tileLoop(traits)]]),
    steps: [
      {
        type: 'launch',
        function: key,
        arguments: [place(0), place(leftBytes), place(leftBytes + rightBytes)],
        grid: tiles,
        barrier: false,
      },
    ],
    ...{ inputs: [], variables: [], constants: [], outputs: [], assigned: [] },
    arenaBytes,
    report: { launches: [], arenaBytes },
  }
}

/** The same tile in each iteration of the grid. */
function tileLoop({ tile: { rows, vectors }, width }: TargetTraits): LoopFunction {
  const b = new LoopBuilder('bare micro-kernel', width)
  const left = b.pointer('left', 'read')
  const right = b.pointer('right', 'read')
  const result = b.pointer('result', 'write')
  const vectorBytes = 4 * width
  b.for(b.begin, b.end, 1, () => {
    const sums = microKernel(b, {
      rows: { base: left, offsets: Array.from({ length: rows }, (_, r) => 4 * r * depth) },
      columns: { base: right, offsets: Array.from({ length: vectors }, (_, v) => v * vectorBytes) },
      depth: [{ count: depth, a: 4, b: vectors * vectorBytes }],
    })
    sums.flat().forEach((sum, i) => {
      b.store('f32', result, sum, i * vectorBytes)
    })
  })
  return b.finish()
}
