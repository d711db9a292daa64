import { InternalError } from '../../errors.js'
import type { LoopBuilder } from '../../loops/builder.js'
import type { Value, Variable } from '../../loops/ir.js'

/** One loop of the walk over k. */
export interface DepthLoop {
  /** May be a value only in the outermost loop. */
  readonly count: number | Value<'i32'>
  /** Bytes by which A and B move with each iteration. */
  readonly a: number
  readonly b: number
}

/** What a tile computes: `acc[r][v] += splat(A[r, k]) * B[k, v]` for all k. */
export interface Tile {
  /** The address of A[r, 0] is `base + offsets[r]` bytes. One base serves all rows, to leave registers free. */
  readonly rows: { readonly base: Value<'ptr'>; readonly offsets: readonly number[] }
  /** The address of vector v of B[0] is `base + offsets[v]` bytes. */
  readonly columns: { readonly base: Value<'ptr'>; readonly offsets: readonly number[] }
  /** The walk over k, outermost loop first. */
  readonly depth: readonly DepthLoop[]
  /** What the accumulators start with: `initial[r][v]`. Default: zeros. */
  readonly initial?: readonly (readonly Value<'f32v'>[])[]
  /** Bytes of the first-level cache, where what no longer lies in it should be asked for ahead. Default: nothing is. */
  readonly cache?: number
}

/** Bytes of a line of the cache. */
export const lineBytes = 64

/** By so many steps of k lines are asked for ahead: some hundred cycles, in which the second-level cache or the next one answers. */
const stepsAhead = 8

/**
 * Emits the register tile that does the heavy work of contractions and convolutions, and returns its accumulators,
 * `result[r][v]`. Each accumulator is one chain of `mulAdd` in the order of k, so a result depends on nothing else.
 */
export function microKernel(b: LoopBuilder, tile: Tile): Value<'f32v'>[][] {
  const { rows, columns, initial } = tile
  const zero = initial ? undefined : (b.constant('f32v', 0) as Value<'f32v'>)
  const sums = rows.offsets.map((_, r) =>
    columns.offsets.map((_, v) => b.variable(initial?.[r][v] ?? (zero as Value<'f32v'>))),
  )
  const depth = mergeLoops(tile.depth)
  const pointers = { a: b.variable(rows.base), b: b.variable(columns.base) }
  walk(b, { ...tile, depth }, depth, sums, pointers)
  return sums.map((row) => row.map((sum) => b.get(sum)))
}

type Sums = readonly (readonly Variable<'f32v'>[])[]

interface Pointers {
  readonly a: Variable<'ptr'>
  readonly b: Variable<'ptr'>
}

/**
 * Emits the loops and returns by how many bytes they leave the pointers moved. Steps are not written out several times:
 * with the arithmetic of 8 or more accumulators around it, a loop's end costs next to nothing, while engines that order
 * all loads of a loop body before its arithmetic run out of registers.
 */
function walk(
  b: LoopBuilder,
  tile: Tile,
  loops: readonly DepthLoop[],
  sums: Sums,
  pointers: Pointers,
): Moved {
  const [loop, ...inner] = loops
  if (!loop) {
    step(b, tile, sums, pointers)
    return { a: 0, b: 0 }
  }
  const { count } = loop
  b.for(0, count, 1, () => {
    const moved = walk(b, tile, inner, sums, pointers)
    move(b, pointers, { a: loop.a - moved.a, b: loop.b - moved.b })
  })
  // Nothing runs after the outermost loop, so that there it does not matter.
  return typeof count === 'number' ? { a: count * loop.a, b: count * loop.b } : { a: 0, b: 0 }
}

interface Moved {
  readonly a: number
  readonly b: number
}

function step(b: LoopBuilder, tile: Tile, sums: Sums, pointers: Pointers): void {
  const { rows, columns } = tile
  const a = b.get(pointers.a)
  const right = b.get(pointers.b)
  const ahead = linesAhead(b, tile)
  for (const offset of ahead.a) b.prefetch(a, offset)
  for (const offset of ahead.b) b.prefetch(right, offset)
  const vectors = columns.offsets.map((offset) => b.loadVector('f32', right, offset))
  rows.offsets.forEach((offset, r) => {
    const factor = b.loadSplat('f32', a, offset)
    sums[r].forEach((sum, v) => {
      b.set(sum, b.mulAdd(factor, vectors[v], b.get(sum)) as Value<'f32v'>)
    })
  })
}

/** What a step asks for ahead, from where its own operands lie, in bytes. The processor foresees some of it, but not as far. */
function linesAhead(
  b: LoopBuilder,
  { rows, columns, depth, cache }: Tile,
): Record<'a' | 'b', readonly number[]> {
  const inner = depth.at(-1)
  if (cache === undefined || !inner) return { a: [], b: [] }
  // Rows side by side, as those of a kernel's gradient are, lie in other lines with each step.
  const [first, last] = [Math.min(...rows.offsets), Math.max(...rows.offsets)]
  const ends = last - first < lineBytes / 2 ? [first] : [first, last]
  const isNew = inner.a >= lineBytes && last - first <= 2 * lineBytes
  // A panel that leaves room for A stays in the cache from tile to tile. A length that is not known is long.
  let panelBytes = 4 * b.width * columns.offsets.length
  for (const { count } of depth) panelBytes *= typeof count === 'number' ? count : Number.POSITIVE_INFINITY
  const lines = new Set(columns.offsets.map((offset) => Math.floor(offset / lineBytes) * lineBytes))
  return {
    a: isNew ? ends.map((offset) => offset + stepsAhead * inner.a) : [],
    b: panelBytes > cache / 2 ? Array.from(lines, (offset) => offset + stepsAhead * inner.b) : [],
  }
}

function move(b: LoopBuilder, pointers: Pointers, by: Moved): void {
  const one = b.int(1)
  if (by.a !== 0) b.set(pointers.a, b.advance(b.get(pointers.a), one, by.a))
  if (by.b !== 0) b.set(pointers.b, b.advance(b.get(pointers.b), one, by.b))
}

/** Drops loops of one iteration and joins loops that together step evenly. */
function mergeLoops(loops: readonly DepthLoop[]): DepthLoop[] {
  const merged: DepthLoop[] = []
  for (const loop of loops) {
    if (loop.count === 1) continue
    const outer = merged.at(-1)
    if (outer && typeof loop.count === 'number' && typeof outer.count === 'number') {
      if (outer.a === loop.count * loop.a && outer.b === loop.count * loop.b) {
        merged[merged.length - 1] = { count: outer.count * loop.count, a: loop.a, b: loop.b }
        continue
      }
    } else if (typeof loop.count !== 'number' && merged.length > 0)
      throw new InternalError('only the outermost loop over k may have a count known at run time')
    merged.push(loop)
  }
  return merged
}
