import type { LoopBuilder } from '../../loops/builder.js'
import type { Value } from '../../loops/ir.js'
import type { TargetTraits } from '../../loops/traits.js'
import type { BufferView, Lowering } from '../lowering.js'
import { copyRun } from './haloCopy.cpu.js'
import { divide } from './laneBlocks.js'
import { type Blocks, blockDepth, fewRows, type MatrixProduct } from './matrixProduct.js'
import { lineBytes } from './microKernel.js'
import { packPanels, packRowGroups } from './packing.cpu.js'
import { type PanelClass, shortestTile, type Tiling, tileMatrix } from './tiling.js'

/** B in memory: panels of their own, or the rows of the matrix itself. */
export interface Columns {
  readonly view: BufferView
  /** Bytes from one matrix of the batch to the next, and from one k to the next. */
  readonly matrix: number
  step(panel: PanelClass): number
  /** Where a panel starts whose first lane and first column are given. */
  start(b: LoopBuilder, base: Value<'ptr'>, lane: Value<'i32'>, column: Value<'i32'>): Value<'ptr'>
}

/** A in memory: the matrix itself, or tiles of rows in which each step of k lies together. */
export interface Rows {
  readonly view: BufferView
  /** Bytes from one matrix of the batch to the next, and from one k to the next. */
  readonly matrix: number
  readonly step: number
  /** Where a tile of rows starts, and its rows from there, in bytes. */
  start(b: LoopBuilder, base: Value<'ptr'>, row: Value<'i32'>): Value<'ptr'>
  offsets(height: number): readonly number[]
}

/** Takes B where it is, if `direct` says why, or packs it, and says so. */
export function placeColumns(
  product: MatrixProduct,
  tiling: Tiling,
  lowering: Lowering,
  direct: string | undefined,
): { readonly columns: Columns; readonly how: string } {
  return direct
    ? { columns: directColumns(product), how: `B read in place (${direct})` }
    : {
        columns: packedColumns(product, tiling, lowering),
        how: product.transposeB ? 'B packed and transposed' : 'B packed',
      }
}

/** Takes A where it is, or packs it, and says so. */
export function placeRows(
  product: MatrixProduct,
  blocks: Blocks,
  tiling: Tiling,
  lowering: Lowering,
): { readonly rows: Rows; readonly how: string } {
  const why = 'its rows would compete for places in the cache'
  if (!strideConflicts(product, blocks, tiling, lowering.traits))
    return { rows: directRows(product), how: 'A read in place' }
  return product.transposeA
    ? { rows: packedRows(product, tiling, lowering), how: `A packed (${why})` }
    : { rows: spacedRows(product, lowering), how: `A copied (${why})` }
}

function directRows({ rows, depth, a: view, transposeA }: MatrixProduct): Rows {
  const rowBytes = 4 * (transposeA ? 1 : depth)
  return {
    view,
    matrix: 4 * rows * depth,
    step: 4 * (transposeA ? rows : 1),
    start: (b, base, row) => b.advance(base, row, rowBytes),
    offsets: (height) => Array.from({ length: height }, (_, r) => r * rowBytes),
  }
}

/** Rows a line of the cache further apart than they were, so that they no longer compete. */
function spacedRows({ batch, rows, depth, a: view }: MatrixProduct, lowering: Lowering): Rows {
  const length = depth + lineBytes / 4
  const spaced = lowering.scratch('float32', batch * rows * length)
  lowering.launch({
    name: `space ${rows}x${depth}`,
    grid: batch * rows,
    report: { algorithm: 'copy of rows further apart', flops: 0, lanes: 'vector' },
    build: (b, operands) => {
      const from = operands.read(view)
      const to = operands.write(spaced)
      b.for(b.begin, b.end, 1, (row) =>
        copyRun(b, b.advance(from, row, 4 * depth), b.advance(to, row, 4 * length), depth),
      )
    },
  })
  return {
    view: spaced,
    matrix: 4 * rows * length,
    step: 4,
    start: (b, base, row) => b.advance(base, row, 4 * length),
    offsets: (height) => Array.from({ length: height }, (_, r) => 4 * r * length),
  }
}

function packedRows(
  { batch, rows, depth, a: view }: MatrixProduct,
  tiling: Tiling,
  lowering: Lowering,
): Rows {
  const tall = shortestTile(tiling)
  const groups = packRowGroups(lowering, { view, matrices: batch, depth, rows, tall })
  const step = 4 * groups.lanes
  return {
    view: groups.view,
    matrix: 4 * groups.elements,
    step,
    start: (b, base, row) => b.advance(base, divide(b, row, tall)[0], depth * step),
    offsets: (height) =>
      Array.from({ length: height }, (_, r) => Math.floor(r / tall) * depth * step + 4 * (r % tall)),
  }
}

function packedColumns(
  { batch, depth, columns, b: view, transposeB }: MatrixProduct,
  tiling: Tiling,
  lowering: Lowering,
): Columns {
  const panels = packPanels(
    lowering,
    {
      view,
      offset: 0,
      matrices: [{ count: batch, stride: depth * columns }],
      depth: [{ count: depth, stride: transposeB ? 1 : columns }],
      columns,
      columnStride: transposeB ? depth : 1,
    },
    tiling,
  )
  return {
    view: panels.view,
    matrix: 4 * panels.elements,
    step: ({ vectors }) => 4 * vectors * lowering.traits.width,
    start: (b, base, lane) => b.advance(base, lane, 4 * depth),
  }
}

/** Vectors past a row's end read the next row, or the slack after the buffer; no such lane is stored. */
function directColumns({ depth, columns, b: view }: MatrixProduct): Columns {
  return {
    view,
    matrix: 4 * depth * columns,
    step: () => 4 * columns,
    start: (b, base, _lane, column) => b.advance(base, column, 4),
  }
}

/** Whether B is read where it is, and why. */
export function readsDirectly(product: MatrixProduct, lowering: Lowering): string | undefined {
  const { rows, depth, columns, b, transposeB } = product
  const { cut } = lowering
  const { cache } = lowering.traits
  const bytes = 4 * depth * columns
  if (transposeB) return undefined
  if (cut.packed !== undefined) return cut.packed ? undefined : 'as measured'
  // Panels that are kept cost nothing but memory, and come quicker from the second-level cache: their vectors do not straddle its lines.
  const isFixed = lowering.isFixed(b)
  const reads = rows <= fewRows ? !isFixed || bytes > 4 * cache.l2 : !isFixed && fewReadIt(product, lowering)
  if (reads) return 'few rows use it'
  return bytes <= cache.l1 / 2 ? 'it fits the first-level cache' : undefined
}

/** B is read where it lies if it has no more than so many times the bytes of a second-level cache: of more, most comes from memory for each tile. */
const mostInPlace = 8

/** To write a step of k into a panel, and to read it from there, costs as much as to read so many times its bytes. */
const costOfPacking = 8

/**
 * Whether it takes longer to pack B than to read its panels out of rows that lie far apart, where each tile reads up to a line of the
 * cache more than it wants of each step of k. All tiles but the first should find these lines in the second-level cache.
 */
function fewReadIt({ rows, depth, columns }: MatrixProduct, { traits, cut }: Lowering): boolean {
  const [panel] = tileMatrix(rows, columns, traits, cut).classes
  const lanes = panel.vectors * traits.width
  const tiles = Math.ceil(rows / panel.rows)
  return (
    tiles * lineBytes <= costOfPacking * 4 * lanes &&
    4 * depth * columns <= mostInPlace * traits.cache.l2 &&
    blockDepth(depth, lanes, traits, cut) <= linesAt(4 * columns, traits.cache.l2)
  )
}

/** Lines of a cache of so many bytes that hold one value each of values a number of bytes apart: few for powers of two. */
function linesAt(stride: number, bytes: number): number {
  let sharing = 1
  while (sharing < 64 && stride % (2 * sharing * lineBytes) === 0) sharing *= 2
  return bytes / lineBytes / sharing
}

/**
 * A is read in place where the lines of the cache that a tile works on find room: not if they lie such a power of two apart
 * that they all compete for the same few places. Of the transposed A these are as many as there are steps in a block of k, with a
 * few values each that the next tiles want, else one for each row, from which the next steps read. A copy pays if A is read
 * several times.
 */
function strideConflicts(
  { rows, depth, transposeA }: MatrixProduct,
  blocks: Blocks,
  tiling: Tiling,
  { cache }: TargetTraits,
): boolean {
  if (tiling.panels < 4) return false
  return transposeA
    ? blocks.depth > linesAt(4 * rows, cache.l1) / 2
    : Math.min(tiling.rows, rows) > linesAt(4 * depth, cache.l1)
}
