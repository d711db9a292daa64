import { InternalError } from '../../errors.js'
import type { LoopBuilder } from '../../loops/builder.js'
import type { Value, Variable } from '../../loops/ir.js'

/** One loop of the walk over k. */
export interface DepthLoop {
  /** May be a value only in the outermost loop. */
  readonly count: number | Value<'i32'>
  /** Bytes by which A and B move with each iteration. B's may not be negative, A's only in the outermost loop. */
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
}

/** The most steps of k written out in one loop body. */
const unrolledSteps = 8
/** A whole walk, or inner loops together, of at most this many steps are written out in full. */
const straightSteps = 32

interface Extent {
  readonly a: number
  readonly b: number
}

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
  walk(b, tile, depth, sums, pointers)
  return sums.map((row) => row.map((sum) => b.get(sum)))
}

interface Pointers {
  readonly a: Variable<'ptr'>
  readonly b: Variable<'ptr'>
}

/** Emits the loops and returns by how much they leave the pointers moved. */
function walk(
  b: LoopBuilder,
  tile: Tile,
  loops: readonly DepthLoop[],
  sums: readonly (readonly Variable<'f32v'>[])[],
  pointers: Pointers,
): Extent {
  const steps = straightWalk(loops)
  if (steps) {
    emitSteps(b, tile, steps, sums, pointers)
    return { a: 0, b: 0 }
  }
  const [{ count, a, b: bytesB }, ...inner] = loops
  if (inner.length > 0) {
    b.for(0, count, 1, () => {
      const moved = walk(b, tile, inner, sums, pointers)
      advance(b, pointers, a - moved.a, bytesB - moved.b)
    })
    return typeof count === 'number' ? { a: count * a, b: count * bytesB } : { a: 0, b: 0 }
  }
  const unroll = typeof count === 'number' ? unrolling(count) : 1
  const line = (length: number): Extent[] => Array.from({ length }, (_, i) => ({ a: i * a, b: i * bytesB }))
  const turns = typeof count === 'number' ? Math.floor(count / unroll) : count
  b.for(0, turns, 1, () => {
    emitSteps(b, tile, line(unroll), sums, pointers)
    advance(b, pointers, unroll * a, unroll * bytesB)
  })
  if (typeof count !== 'number') return { a: 0, b: 0 }
  const rest = count % unroll
  if (rest > 0) emitSteps(b, tile, line(rest), sums, pointers)
  return { a: (count - rest) * a, b: (count - rest) * bytesB }
}

function emitSteps(
  b: LoopBuilder,
  { rows, columns }: Tile,
  steps: readonly Extent[],
  sums: readonly (readonly Variable<'f32v'>[])[],
  pointers: Pointers,
): void {
  const a = b.get(pointers.a)
  const bAt = b.get(pointers.b)
  const values: Value[][] = sums.map((row) => row.map((sum) => b.get(sum)))
  for (const step of steps) {
    const vectors = columns.offsets.map((offset) => b.loadVector('f32', bAt, offset + step.b))
    rows.offsets.forEach((offset, r) => {
      const factor = b.loadSplat('f32', a, offset + step.a)
      vectors.forEach((vector, v) => {
        values[r][v] = b.mulAdd(factor, vector, values[r][v])
      })
    })
  }
  sums.forEach((row, r) => row.forEach((sum, v) => b.set(sum, values[r][v] as Value<'f32v'>)))
}

function advance(b: LoopBuilder, pointers: Pointers, a: number, bytesB: number): void {
  const one = b.int(1)
  if (a !== 0) b.set(pointers.a, b.advance(b.get(pointers.a), one, a))
  if (bytesB !== 0) b.set(pointers.b, b.advance(b.get(pointers.b), one, bytesB))
}

/** All steps of the loops, if they are few enough to write out and lie at offsets from 0 up. */
function straightWalk(loops: readonly DepthLoop[]): Extent[] | undefined {
  let steps: Extent[] = [{ a: 0, b: 0 }]
  for (const { count, a, b } of loops) {
    if (typeof count !== 'number' || count * steps.length > straightSteps || a < 0 || b < 0) return undefined
    steps = steps.flatMap((step) =>
      Array.from({ length: count }, (_, i) => ({ a: step.a + i * a, b: step.b + i * b })),
    )
  }
  return steps
}

/** The number of steps to write out for a loop of `count`: the most that leaves no rest, if that is at least 4. */
function unrolling(count: number): number {
  for (let steps = unrolledSteps; steps >= 4; steps--) if (count % steps === 0) return steps
  return unrolledSteps
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
