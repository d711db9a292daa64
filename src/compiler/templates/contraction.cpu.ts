import type { OperationNode } from '../../graph/node.js'
import { sizeOf } from '../../graph/shape.js'
import type { LoopBuilder } from '../../loops/builder.js'
import type { Value } from '../../loops/ir.js'
import type { Epilogue, Lowering, Template } from '../lowering.js'
import { kindOf } from './kindOf.js'
import { divide } from './laneBlocks.js'
import { placeColumns, placeRows, readsDirectly } from './matrixOperands.cpu.js'
import { chooseBlocks, type MatrixProduct, widestPanel } from './matrixProduct.js'
import { microKernel } from './microKernel.js'
import {
  alikePanels,
  blockRange,
  describeTiles,
  forPanels,
  forRows,
  type PanelClass,
  tileMatrix,
} from './tiling.js'

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

/** Emits the launches of a product. Rows of the epilogue number `[batch * rows]`. */
export function lowerProduct(product: MatrixProduct, lowering: Lowering, epilogue: Epilogue): void {
  const { traits, cut } = lowering
  const { batch, rows, depth, columns } = product
  if (batch * rows * columns === 0) return
  const direct = readsDirectly(product, lowering)
  const widest = widestPanel(product, traits.width, direct !== undefined)
  const tiling = alikePanels(tileMatrix(rows, columns, traits, cut, { widest }), epilogue)
  const blocks = chooseBlocks(product, tiling, traits, cut)
  const { columns: b, how: howB } = placeColumns(product, tiling, lowering, direct)
  const { rows: a, how: howA } = placeRows(product, blocks, tiling, lowering)
  const rowBlocks = Math.ceil(rows / blocks.rows)
  const panelBlocks = Math.ceil(tiling.panels / blocks.panels)
  const depthBlocks = Math.max(1, Math.ceil(depth / blocks.depth))
  const partial = depthBlocks > 1 ? lowering.scratch('float32', batch * rows * tiling.lanes) : undefined
  const grid = batch * rowBlocks * panelBlocks
  // A thread reads all of the matrix that the inner one of the two goes through. That should be the smaller one, if it stays in the cache: other
  // threads may have written most of it.
  const panelsOutside = rows < columns && 4 * rows * depth <= traits.cache.l2 / 2

  lowering.launch({
    name: `${product.name} ${batch > 1 ? `${batch} x ` : ''}${rows}x${depth}x${columns}`,
    grid,
    inPlace: epilogue.inPlace,
    report: {
      algorithm:
        `micro-kernel, tiles ${describeTiles(tiling)}, ${howA}, ${howB}` +
        (depthBlocks > 1 ? `, k in blocks of ${blocks.depth}` : ''),
      flops: 2 * batch * rows * depth * columns,
      matrix: tiling.matrix,
      lanes: 'vector',
      ...(grid === 1 ? { singleThreaded: 'the product is small' } : {}),
    },
    build: (builder, operands) => {
      const aBase = operands.read(a.view)
      const bBase = operands.read(b.view)
      const sums = partial && operands.readWrite(partial)
      const finish = epilogue.bind(builder, operands)
      builder.for(builder.begin, builder.end, 1, (item) => {
        const [matrix, inMatrix] = divide(builder, item, rowBlocks * panelBlocks)
        const [outer, inner] = divide(builder, inMatrix, panelsOutside ? rowBlocks : panelBlocks)
        const [rowBlock, panelBlock] = panelsOutside ? [inner, outer] : [outer, inner]
        const rowRange = blockRange(builder, rowBlock, blocks.rows, rows)
        const panelRange = blockRange(builder, panelBlock, blocks.panels, tiling.panels)
        const aMatrix = builder.advance(aBase, matrix, a.matrix)
        const bMatrix = builder.advance(bBase, matrix, b.matrix)
        const firstRow = builder.mul(matrix, builder.int(rows))
        const sumMatrix = sums && builder.advance(sums, firstRow, 4 * tiling.lanes)

        const overDepth = (from: Value<'i32'>, steps: number, first: boolean, last: boolean): void => {
          const aBlock = builder.advance(aMatrix, from, a.step)
          forPanels(builder, tiling, ...panelRange, (panel, lane, column) => {
            const bPanel = b.start(builder, bMatrix, lane, column)
            const bBlock = builder.advance(bPanel, from, b.step(panel))
            forRows(builder, rows, panel.rows, ...rowRange, (row, height) => {
              const tile = sumMatrix && tileOf(builder, sumMatrix, row, lane, rows, height, panel)
              const result = microKernel(builder, {
                rows: { base: a.start(builder, aBlock, row), offsets: a.offsets(height) },
                columns: { base: bBlock, offsets: panel.counts.map((_, v) => 4 * v * builder.width) },
                depth: [{ count: steps, a: a.step, b: b.step(panel) }],
                initial: first ? undefined : tile?.load(),
                cache: traits.cache.l1,
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

/**
 * A tile's partial sums between blocks of k: whole vectors, `[panel][row][vector][lane]`. Panels lie apart, as the tiles of
 * narrow ones may be taller than others.
 */
function tileOf(
  b: LoopBuilder,
  sums: Value<'ptr'>,
  row: Value<'i32'>,
  lane: Value<'i32'>,
  rows: number,
  height: number,
  { vectors }: PanelClass,
) {
  const at = b.advance(b.advance(sums, lane, 4 * rows), row, 4 * vectors * b.width)
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
