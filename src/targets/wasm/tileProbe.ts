/**
 * Which tile of accumulators this engine multiplies matrices with fastest.
 *
 * What V8 does with the micro-kernel (measured on a 2-core x86-64 machine with AVX-512, k = 256 in the L1 cache, one
 * thread, optimized code; the ceiling of 128-bit FMA there is about 64 GFLOP/s):
 *
 * | GFLOP/s, k unrolled by 1 / 2 / 4 | 4x2            | 2x4            | 3x3            | 6x2            | 4x4            |
 * | Node 20 and 22, mul + add        | 42 / 37 / 31   | 42 / 37 / 32   | 35 / 35 / 29   | 35 / 32 / 30   | 33 / 35 / 32   |
 * | Node 20 and 22, relaxed_madd     | 51 / 37 / 38   | 52 / 36 / 38   | 49 / 40 / 38   | 38 / 37 / 39   | 40 / 43 / 42   |
 * | Node 24, mul + add               | 42 / 42 / 42   | 42 / 42 / 42   | 35 / 35 / 35   | 41 / 41 / 42   | 33 / 37 / 35   |
 * | Node 24, relaxed_madd            | 49 / 48 / 49   | 49 / 47 / 48   | 49 / 51 / 52   | 56 / 57 / 57   | 43 / 41 / 45   |
 *
 * - k is not to be unrolled. The slow cases are those in which more than 15 registers are live if all loads of a basic
 *   block come before its arithmetic, rows * vectors + (rows + vectors) * unroll, so TurboFan in Node 20 and 22 seems to
 *   order them so. Node 24 gains little or nothing from unrolling either. This holds for short walks too: for k = 24,
 *   Node 20 reaches 42 with a loop and 18 without one (mul + add, 4x2).
 * - How addresses are written does not matter for 4x2 and 2x4: pointers that are moved, base + counter, one pointer with
 *   offsets of rows in the instructions are within 6 %, about the noise.
 * - Tiles of more than 15 registers depend on chance: 6x2 with relaxed_madd on Node 20 reaches 38 in shared memory and 52
 *   in memory that is not. So the probe takes the kind of memory that is used.
 * - Baseline code (Liftoff) reaches 7 to 15 GFLOP/s. V8 optimizes a function after 10 to 15 MFLOP in it, in 0.5 to 1 ms
 *   on another thread; a call that runs goes on in baseline code until it returns. With `--no-liftoff`, a function is
 *   optimized at its first call, which then takes 0.5 to 1 ms longer.
 */
import { LoopBuilder } from '../../loops/builder.js'
import type { LoopFunction, Value } from '../../loops/ir.js'
import { detectFeatures, type WasmFeatures } from './features.js'
import { compileModule } from './module.js'

/** Accumulators of a micro-kernel: `rows` numbers, each in all lanes, times `vectors` vectors of 4 lanes. */
export interface Tile {
  readonly rows: number
  readonly vectors: number
}

export interface TileProbe {
  /** The tile to use. */
  readonly tile: Tile
  /** Its speed on one thread, in GFLOP/s, or undefined if the clock is too coarse to tell. */
  readonly gflops: number | undefined
  /** What each candidate reached. */
  readonly all: readonly { readonly tile: Tile; readonly gflops: number }[]
}

/** Fits into the 15 free registers of x86-64, even when all loads of a step come before its arithmetic. */
export const defaultTile: Tile = { rows: 4, vectors: 2 }

/** In order of preference. Engines for ARM have 32 registers for the last ones. */
const candidates: readonly Tile[] = [
  defaultTile,
  { rows: 2, vectors: 4 },
  { rows: 3, vectors: 3 },
  { rows: 6, vectors: 2 },
  { rows: 4, vectors: 4 },
]

/** By how much another tile must be faster than one that comes before it. */
const preference = 1.08

/** Steps of k in a tile: enough to hide its start and end, few enough for the first-level cache. */
const depth = 128

/** Time for all candidates together, in milliseconds. */
const duration = 20

/** Work of one call, in floating-point operations: some 20 to 150 microseconds. */
const callFlops = 1e6

/** The longest step of the clock, in milliseconds, with which a call can be timed. */
const coarsestClock = 0.02

/**
 * Runs micro-kernels of several tiles for some 20 ms and picks the fastest. All take turns, so that the engine's
 * optimizing compiler, which works on other threads, has long finished when the fastest calls are made.
 *
 * @param features what the engine can do; the memory is shared and multiply-adds fuse as they say
 */
export function probeTiles(
  features: Pick<WasmFeatures, 'relaxedMadd' | 'threads'> = detectFeatures(),
): TileProbe {
  if (clockStep() > coarsestClock) return { tile: defaultTile, gflops: undefined, all: [] }
  const kernels = compileKernels(features)
  const fastest = candidates.map(() => 0)
  const end = performance.now() + duration
  while (performance.now() < end) {
    candidates.forEach((tile, index) => {
      const flops = tileFlops(tile)
      const repeats = Math.ceil(callFlops / flops)
      const start = performance.now()
      kernels[index](0, repeats)
      const milliseconds = performance.now() - start
      if (milliseconds > 0) fastest[index] = Math.max(fastest[index], (flops * repeats) / milliseconds / 1e6)
    })
  }
  const all = candidates.map((tile, index) => ({ tile, gflops: fastest[index] }))
  const best = all.reduce((best, item) => (item.gflops > best.gflops * preference ? item : best))
  return { ...best, all }
}

const tileFlops = ({ rows, vectors }: Tile): number => 2 * depth * rows * vectors * 4

/** The step by which the clock advances, in milliseconds. */
function clockStep(): number {
  const start = performance.now()
  let now = start
  while (now === start) now = performance.now()
  return now - start
}

type Kernel = (begin: number, end: number) => void

/** Each kernel runs over its grid of equal tiles; the operands are zeros, which take as long as other numbers. */
function compileKernels(features: Pick<WasmFeatures, 'relaxedMadd' | 'threads'>): Kernel[] {
  const pages = { minimumPages: 1, maximumPages: 1 }
  const options = { relaxedMadd: features.relaxedMadd, sharedMemory: features.threads, ...pages }
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: features.threads })
  const module = new WebAssembly.Module(compileModule(candidates.map(microKernel), options))
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  return candidates.map(({ rows, vectors }, index) => {
    const run = exports[`f${index}`] as (...numbers: number[]) => void
    const rightAddress = rows * depth * 4
    const resultAddress = rightAddress + depth * vectors * 16
    return (begin, end) => run(0, rightAddress, resultAddress, begin, end)
  })
}

/** `acc[r][v] += left[r, k] * right[k, v]`: the inner loop of matrix products and convolutions. */
export function microKernel({ rows, vectors }: Tile): LoopFunction {
  const l = new LoopBuilder(`tile ${rows}x${vectors}`, 4)
  const left = l.pointer('left', 'read')
  const right = l.pointer('right', 'read')
  const result = l.pointer('result', 'write')
  const zero = l.constant('f32v', 0)
  l.for(l.begin, l.end, 1, () => {
    const tile = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => l.variable(zero)))
    l.for(0, depth, 1, (k) => {
      const leftAt = l.advance(left, k, 4)
      const rightAt = l.advance(right, k, vectors * 16)
      const factors = Array.from({ length: vectors }, (_, v) => l.loadVector('f32', rightAt, v * 16))
      tile.forEach((row, r) => {
        const factor = l.loadSplat('f32', leftAt, r * depth * 4)
        row.forEach((sum, v) => {
          l.set(sum, l.mulAdd(factor, factors[v], l.get(sum)) as Value<'f32v'>)
        })
      })
    })
    tile.flat().forEach((sum, index) => {
      l.store('f32', result, l.get(sum), index * 16)
    })
  })
  return l.finish()
}
