import { microKernel } from '../compiler/templates/microKernel.js'
import { LoopBuilder } from '../loops/builder.js'
import type { LoopFunction } from '../loops/ir.js'
import type { TargetTraits } from '../loops/traits.js'
import type { Backend } from '../runtime/backend.js'
import { bareLaunch } from './bareLaunch.js'
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
 * @param backend with nothing else in its memory
 */
export async function bareMicroKernel(backend: Backend): Promise<MeasuredWork> {
  const { traits } = backend
  const { rows, vectors } = traits.tile
  const vectorBytes = 4 * traits.width
  const tileFlops = 2 * depth * rows * vectors * traits.width
  const tiles = Math.ceil(runFlops / tileFlops)
  const subject = await bareLaunch(backend, {
    loop: tileLoop(traits),
    buffers: [4 * rows * depth, depth * vectors * vectorBytes, rows * vectors * vectorBytes],
    grid: tiles,
  })
  return { ...subject, flops: tiles * tileFlops }
}

/** The same tile in each iteration of the grid. */
function tileLoop({ tile: { rows, vectors }, width }: TargetTraits): LoopFunction {
  const b = new LoopBuilder('micro-kernel', width)
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
