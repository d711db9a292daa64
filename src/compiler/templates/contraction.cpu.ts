import type { OperationNode } from '../../graph/node.js'
import { sizeOf } from '../../graph/shape.js'
import type { LoopBuilder } from '../../loops/builder.js'
import type { Value } from '../../loops/ir.js'
import type { TargetTraits } from '../../loops/traits.js'
import type { BufferView, Epilogue, Lowering, Template } from '../lowering.js'
import { kindOf } from './kindOf.js'
import { divide } from './laneBlocks.js'
import { microKernel } from './microKernel.js'
import { packPanels, packRowGroups } from './packing.cpu.js'
import {
  blockRange,
  describeTiles,
  firstLane,
  forPanels,
  forRows,
  type PanelClass,
  shortestTile,
  type Tiling,
  tileMatrix,
} from './tiling.js'

/** `C[b, m, n] = sum over k of A[b, m, k] * B[b, k, n]`, with A and B wherever their elements lie. */
export interface MatrixProduct {
  readonly name: string
  readonly batch: number
  readonly rows: number
  readonly depth: number
  readonly columns: number
  readonly a: BufferView
  readonly transposeA: boolean
  readonly b: BufferView
  readonly transposeB: boolean
}

/** Lowers matrix products, alone or in batches, by packing B into panels and running the micro-kernel over them. */
export const contractionTemplate: Template = {
  takesEpilogue: () => true,
  lower(node: OperationNode, lowering: Lowering, epilogue: Epilogue): void {
    const transposes = kindOf(node, 'contraction').transposes(node.attributes)
    const [a, b] = node.inputs
    const [output] = node.outputs
    const [rows, columns] = output.shape.slice(-2)
    lowerProduct(
      {
        name: 'contraction',
        batch: sizeOf(output.shape.slice(0, -2)),
        rows,
        columns,
        depth: a.shape[a.rank - (transposes.a ? 2 : 1)],
        a: lowering.input(a),
        transposeA: transposes.a,
        b: lowering.input(b),
        transposeB: transposes.b,
      },
      lowering,
      epilogue,
    )
  },
}

/** B in memory: panels of their own, or the rows of the matrix itself. */
interface Columns {
  readonly view: BufferView
  /** Bytes from one matrix of the batch to the next, and from one k to the next. */
  readonly matrix: number
  step(panel: PanelClass): number
  start(b: LoopBuilder, base: Value<'ptr'>, index: Value<'i32'>, panel: PanelClass): Value<'ptr'>
}

/** A in memory: the matrix itself, or tiles of rows in which each step of k lies together. */
interface Rows {
  readonly view: BufferView
  /** Bytes from one matrix of the batch to the next, and from one k to the next. */
  readonly matrix: number
  readonly step: number
  /** Where a tile of rows starts, and its rows from there, in bytes. */
  start(b: LoopBuilder, base: Value<'ptr'>, row: Value<'i32'>): Value<'ptr'>
  offsets(height: number): readonly number[]
}

/** How a product is cut: into blocks of rows and panels, which threads share, and into blocks of k. */
interface Blocks {
  readonly rows: number
  readonly panels: number
  readonly depth: number
}

/** Emits the launches of a product. Rows of the epilogue number `[batch * rows]`. */
export function lowerProduct(product: MatrixProduct, lowering: Lowering, epilogue: Epilogue): void {
  const { traits } = lowering
  const { batch, rows, depth, columns } = product
  if (batch * rows * columns === 0) return
  const tiling = tileMatrix(rows, columns, traits)
  const blocks = chooseBlocks(product, tiling, traits)
  const direct = readsDirectly(product, tiling, traits)
  const b = direct ? directColumns(product) : packedColumns(product, tiling, lowering)
  const rowBlocks = Math.ceil(rows / blocks.rows)
  const panelBlocks = Math.ceil(tiling.panels / blocks.panels)
  const depthBlocks = Math.max(1, Math.ceil(depth / blocks.depth))
  const partial = depthBlocks > 1 ? lowering.scratch('float32', batch * rows * tiling.lanes) : undefined
  const packsA = strideConflicts(product, blocks, tiling, traits)
  const a = packsA ? packedRows(product, tiling, lowering) : directRows(product)
  const grid = batch * rowBlocks * panelBlocks

  lowering.launch({
    name: `${product.name} ${batch > 1 ? `${batch} x ` : ''}${rows}x${depth}x${columns}`,
    grid,
    inPlace: epilogue.inPlace,
    report: {
      algorithm: describe(product, tiling, blocks, direct, packsA),
      flops: 2 * batch * rows * depth * columns,
      lanes: 'vector',
      ...(grid === 1 ? { singleThreaded: 'the product is small' } : {}),
    },
    build: (builder, operands) => {
      const aBase = operands.read(a.view)
      const bBase = operands.read(b.view)
      const sums = partial && operands.readWrite(partial)
      const finish = epilogue.bind(builder, operands)
      builder.for(builder.begin, builder.end, 1, (item) => {
        const [block, panelBlock] = divide(builder, item, panelBlocks)
        const [matrix, rowBlock] = divide(builder, block, rowBlocks)
        const rowRange = blockRange(builder, rowBlock, blocks.rows, rows)
        const panelRange = blockRange(builder, panelBlock, blocks.panels, tiling.panels)
        const aMatrix = builder.advance(aBase, matrix, a.matrix)
        const bMatrix = builder.advance(bBase, matrix, b.matrix)
        const firstRow = builder.mul(matrix, builder.int(rows))
        const sumMatrix = sums && builder.advance(sums, firstRow, 4 * tiling.lanes)

        const overDepth = (from: Value<'i32'>, steps: number, first: boolean, last: boolean): void => {
          const aBlock = builder.advance(aMatrix, from, a.step)
          forPanels(builder, tiling, ...panelRange, (panel, index, column) => {
            const bPanel = b.start(builder, bMatrix, index, panel)
            const bBlock = builder.advance(bPanel, from, b.step(panel))
            forRows(builder, rows, panel.rows, ...rowRange, (row, height) => {
              const tile = sumMatrix && tileOf(builder, sumMatrix, row, column, tiling, height, panel)
              const result = microKernel(builder, {
                rows: { base: a.start(builder, aBlock, row), offsets: a.offsets(height) },
                columns: { base: bBlock, offsets: panel.counts.map((_, v) => 4 * v * builder.width) },
                depth: [{ count: steps, a: a.step, b: b.step(panel) }],
                initial: first ? undefined : tile?.load(),
              })
              if (!last) tile?.store(result)
              else {
                const outputRow = builder.add(firstRow, row)
                result.forEach((values, r) =>
                  finish.emitRow(builder.add(outputRow, builder.int(r)), column, values, panel.counts),
                )
              }
            })
          })
        }

        const lastSteps = depth - (depthBlocks - 1) * blocks.depth
        const zero = builder.int(0)
        if (depthBlocks === 1) overDepth(zero, depth, true, true)
        else {
          overDepth(zero, blocks.depth, true, false)
          const lastFrom = (depthBlocks - 1) * blocks.depth
          if (depthBlocks > 2) {
            builder.for(blocks.depth, lastFrom, blocks.depth, (from) =>
              overDepth(from, blocks.depth, false, false),
            )
          }
          overDepth(builder.int(lastFrom), lastSteps, false, true)
        }
      })
    },
  })
}

/** A tile's partial sums between blocks of k: kept together, whole vectors, `[row][vector][lane]`. */
function tileOf(
  b: LoopBuilder,
  sums: Value<'ptr'>,
  row: Value<'i32'>,
  column: Value<'i32'>,
  tiling: Tiling,
  height: number,
  { vectors }: PanelClass,
) {
  const at = b.advance(b.advance(sums, row, 4 * tiling.lanes), column, 4 * height)
  const offset = (r: number, v: number): number => 4 * b.width * (r * vectors + v)
  return {
    load: (): Value<'f32v'>[][] =>
      Array.from({ length: height }, (_, r) =>
        Array.from({ length: vectors }, (_, v) => b.loadVector('f32', at, offset(r, v)) as Value<'f32v'>),
      ),
    store: (values: readonly (readonly Value<'f32v'>[])[]): void =>
      values.forEach((row, r) => row.forEach((value, v) => b.store('f32', at, value, offset(r, v)))),
  }
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
    start: (b, base, index, panel) => b.advance(base, firstLane(b, index, panel), 4 * depth),
  }
}

/** Vectors past a row's end read the next row, or the slack after the buffer; no such lane is stored. */
function directColumns({ depth, columns, b: view }: MatrixProduct): Columns {
  return {
    view,
    matrix: 4 * depth * columns,
    step: () => 4 * columns,
    start: (b, base, index, panel) => b.advance(base, firstLane(b, index, panel), 4),
  }
}

/** Packing pays if B is read more than twice, unless all of it stays in the first-level cache. */
function readsDirectly(
  { rows, depth, columns, transposeB }: MatrixProduct,
  tiling: Tiling,
  traits: TargetTraits,
): boolean {
  return !transposeB && (rows <= 2 * tiling.rows || 4 * depth * columns <= traits.cache.l1 / 2)
}

/**
 * The transposed A is read in place, a few values from each of many distant lines of the cache, where these find room:
 * not if their distance is such that they all compete for the same few places. Packing pays if A is read several times.
 */
function strideConflicts(
  { rows, transposeA }: MatrixProduct,
  blocks: Blocks,
  tiling: Tiling,
  { cache }: TargetTraits,
): boolean {
  if (!transposeA || tiling.panels < 4) return false
  const line = 64
  let sharing = 1
  while (sharing < 64 && (4 * rows) % (2 * sharing * line) === 0) sharing *= 2
  return blocks.depth > cache.l1 / line / sharing / 2
}

/** Items of the grid that make the work of up to 16 threads about equal. */
const wantedItems = 96
/** An item should be worth more than its overhead. In steps of one lane. */
const smallestItem = 64 * 1024

function chooseBlocks(
  { batch, rows, depth, columns }: MatrixProduct,
  tiling: Tiling,
  { cache, width }: TargetTraits,
): Blocks {
  const lanes = Math.max(...tiling.classes.map((panel) => panel.vectors)) * width
  // A panel stays in the first-level cache while the rows stream past it.
  const mostDepth = Math.max(64, Math.floor((0.75 * cache.l1) / (4 * lanes) / 8) * 8)
  const depthBlocks = Math.ceil(depth / (1.25 * mostDepth))
  const blockDepth = depthBlocks > 1 ? Math.ceil(depth / depthBlocks / 8) * 8 : Math.max(depth, 1)
  // A block of rows stays in the second-level cache while the panels change.
  const mostRows = Math.max(tiling.rows, Math.floor(cache.l2 / 2 / (4 * blockDepth)))
  const itemsPerRowBlock = batch * tiling.panels
  const rowBlocks = Math.max(
    Math.ceil(rows / mostRows),
    Math.min(
      Math.ceil(wantedItems / itemsPerRowBlock),
      Math.floor((rows * depth * columns) / tiling.panels / smallestItem),
    ),
  )
  const blockRows = Math.ceil(rows / Math.max(1, rowBlocks) / tiling.rows) * tiling.rows
  const items = batch * Math.ceil(rows / blockRows) * tiling.panels
  const perItem = (blockRows * depth * columns) / tiling.panels
  const panels = Math.min(
    Math.max(Math.floor(items / (2 * wantedItems)), Math.ceil(smallestItem / Math.max(perItem, 1))),
    tiling.panels,
  )
  return { rows: Math.min(blockRows, rows), panels: Math.max(1, panels), depth: blockDepth }
}

function describe(
  { rows, depth, transposeB }: MatrixProduct,
  tiling: Tiling,
  blocks: Blocks,
  direct: boolean,
  packsA: boolean,
): string {
  const b = direct
    ? `B read in place (${rows <= 2 * tiling.rows ? 'few rows use it' : 'it fits the first-level cache'})`
    : `B packed${transposeB ? ' and transposed' : ''}`
  const a = packsA ? ', A packed as its rows would compete for places in the cache' : ''
  const k = depth > blocks.depth ? `, k in blocks of ${blocks.depth}` : ''
  return `micro-kernel, tiles ${describeTiles(tiling)}, ${b}${a}${k}`
}
