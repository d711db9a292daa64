import { microKernel } from '../compiler/templates/microKernel.js'
import { LoopBuilder } from '../loops/builder.js'
import type { LoopFunction } from '../loops/ir.js'
import type { TargetTraits } from '../loops/traits.js'
import { detectFeatures } from '../targets/wasm/features.js'
import { compileModule } from '../targets/wasm/module.js'
import type { Subject } from './measureInTurns.js'

/** Steps of k in a tile: with them, both operands lie in the first-level cache. */
const depth = 256

/** Work of one run, in floating-point operations: about a millisecond. */
const runFlops = 4e7

export interface MeasuredWork extends Subject {
  /** Floating-point operations of one run. */
  readonly flops: number
}

/**
 * The compiler's own micro-kernel on nothing but tiles in the first-level cache, on this thread: the speed that
 * everything made of it is held against.
 */
export function bareMicroKernel(traits: TargetTraits): MeasuredWork {
  const { rows, vectors } = traits.tile
  const tileFlops = 2 * depth * rows * vectors * traits.width
  const tiles = Math.ceil(runFlops / tileFlops)
  const { relaxedMadd, threads } = detectFeatures()
  const pages = { minimumPages: 1, maximumPages: 1 }
  const bytes = compileModule([tileLoop(traits)], { relaxedMadd, sharedMemory: threads, ...pages })
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: threads })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
  const call = exports.f0 as (...numbers: number[]) => void
  const rightAddress = 4 * rows * depth
  const resultAddress = rightAddress + 4 * depth * vectors * traits.width
  return {
    name: 'micro-kernel',
    flops: tiles * tileFlops,
    run(times) {
      for (let i = 0; i < times; i++) call(0, rightAddress, resultAddress, 0, tiles)
    },
  }
}

/** The same tile in each iteration of the grid. */
function tileLoop({ tile: { rows, vectors }, width }: TargetTraits): LoopFunction {
  const b = new LoopBuilder('bare micro-kernel', width)
  const left = b.pointer('left', 'read')
  const right = b.pointer('right', 'read')
  const result = b.pointer('result', 'write')
  const panelRow = 4 * vectors * width
  b.for(b.begin, b.end, 1, () => {
    const sums = microKernel(b, {
      rows: { base: left, offsets: Array.from({ length: rows }, (_, r) => 4 * r * depth) },
      columns: { base: right, offsets: Array.from({ length: vectors }, (_, v) => 4 * v * width) },
      depth: [{ count: depth, a: 4, b: panelRow }],
    })
    sums.flat().forEach((sum, i) => b.store('f32', result, sum, 4 * i * width))
  })
  return b.finish()
}
