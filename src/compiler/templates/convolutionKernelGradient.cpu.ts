import { sizeOf } from '../../graph/shape.js'
import type { LoopBuilder } from '../../loops/builder.js'
import type { Value } from '../../loops/ir.js'
import type { BufferView, Epilogue, Lowering } from '../lowering.js'
import {
  type ConvolutionShape,
  convolutionFlops,
  describeShape,
  groupChannels,
  groupFilters,
  lanesOf,
} from './convolutionShape.js'
import { rowsPerBlock, wantedItems } from './gridBlocks.js'
import { placeGradient } from './kernelGradientColumns.cpu.js'
import { placeImage } from './kernelGradientImage.js'
import { type Chunk, mostRowsWrittenOut, planChunks, planRows } from './kernelGradientPlan.js'
import { divide } from './laneBlocks.js'
import { microKernel } from './microKernel.js'
import { alikePanels, blockRange, describeTiles, forPanels, type PanelClass, type Tiling } from './tiling.js'

/**
 * Lowers the gradient of a convolution with respect to its kernel:
 * `dK[tap, channel, filter] = sum over images and pixels of image[pixel * stride + tap, channel] * dY[pixel, filter]`.
 *
 * Rows of tiles are (tap, channel), k walks output pixels, lanes are filters. The pixels are cut into chunks that stay
 * in the first-level cache while all tiles of a thread take their part of the sum; between chunks the sums wait in
 * memory, and in the end they go to the epilogue. Threads share the rows; where these are few, the chunks are dealt out as
 * well, in a number of shares that depends on the shape alone. Then a second launch adds the shares up.
 */
export function lowerKernelGradient(
  shape: ConvolutionShape,
  image: BufferView,
  gradient: BufferView,
  lowering: Lowering,
  epilogue: Epilogue,
): void {
  const { traits, cut } = lowering
  const { groups, filters } = shape
  const rows = sizeOf(shape.kernel) * groupChannels(shape)
  if (rows * filters === 0) return
  const plan = planRows(shape, traits, cut)
  // Where chunks may be dealt out, their number decides in which order is summed.
  const chunks = planChunks(shape, traits, plan.bands, mostShares(rows, groups) === 1 ? cut.depth : undefined)
  const tiling = alikePanels(plan.tiling, epilogue)
  const items = groups * plan.items
  const { shares, chunksPerShare } = dealChunks(rows, groups, chunks.count)
  const isWhole = shares === 1
  const sums =
    isWhole && chunks.count === 1
      ? undefined
      : lowering.scratch('float32', shares * groups * rows * tiling.lanes)
  const rowsOfImage = placeImage(shape, image, plan.bands, lowering)
  const columns = placeGradient(shape, gradient, tiling, lowering)
  const rowBytes = 4 * tiling.lanes
  const shareBytes = groups * rows * rowBytes

  lowering.launch({
    name: `convolution kernelGradient ${describeShape(shape)}`,
    grid: shares * items,
    ...(isWhole ? { inPlace: epilogue.inPlace } : {}),
    report: {
      algorithm:
        `micro-kernel with k over pixels, tiles ${describeTiles(tiling)}, pixels in ${chunks.count} chunks for the cache, ${rowsOfImage.how}, ${columns.how}` +
        (shares > 1 ? `, dealt out in ${shares} shares as rows are few` : ''),
      flops: convolutionFlops(shape),
      matrix: tiling.matrix,
      lanes: lanesOf(groupFilters(shape), traits.width),
      ...(shares * items === 1 ? { singleThreaded: 'the convolution is small' } : {}),
    },
    build: (b, operands) => {
      const from = operands.read(rowsOfImage.view)
      const dy = operands.read(columns.view)
      const to = sums && operands.readWrite(sums)
      const finish = isWhole ? epilogue.bind(b, operands) : undefined
      const vectorBytes = 4 * b.width

      /** Runs `body` for each tile of the items. */
      const overTiles = ([fromItem, toItem]: ItemRange, body: (tile: SumTile) => void): void =>
        b.for(fromItem, toItem, 1, (item) => {
          const [group, rowItem] = divide(b, item, plan.items)
          forPanels(b, tiling, 0, tiling.panels, (panel, lane, column) =>
            plan.forTiles(b, rowItem, panel, (row, start, offsets) =>
              body({ group, panel, lane, row, column, start, offsets }),
            ),
          )
        })

      const accumulate = (tile: SumTile, chunk: Chunk, initial?: Value<'f32v'>[][]): Value<'f32v'>[][] => {
        const { group, panel, lane, column, start, offsets } = tile
        const imageAt = b.add(b.add(chunk.image, b.mul(group, b.int(groupChannels(shape)))), start)
        const pixelBytes = columns.pixelBytes(panel)
        return microKernel(b, {
          rows: { base: b.advance(from, imageAt, 4), offsets: offsets.map((elements) => 4 * elements) },
          columns: {
            base: b.advance(columns.start(b, dy, group, lane, column), chunk.pixel, pixelBytes),
            offsets: panel.counts.map((_, v) => v * vectorBytes),
          },
          depth: chunk.walk.map(({ count, image, pixels }) => ({
            count,
            a: 4 * image,
            b: pixels * pixelBytes,
          })),
          initial,
          cache: traits.cache.l1,
        })
      }

      const emit = ({ group, panel, row, column }: SumTile, values: readonly Value<'f32v'>[][]): void => {
        const firstColumn = b.mul(group, b.int(groupFilters(shape)))
        values.forEach((sums, r) =>
          finish?.emitRow(b.add(row, b.int(r)), b.add(firstColumn, column), sums, panel.counts),
        )
      }

      overShares(b, shares, items, (share, ...range) => {
        if (!to) {
          const chunk = chunks.chunk(b, b.int(0))
          overTiles(range, (tile) => emit(tile, accumulate(tile, chunk)))
          return
        }
        const waiting = waitingSums(b, b.advance(to, share, shareBytes), rows, tiling)
        overTiles(range, waiting.clear)
        b.for(...blockRange(b, share, chunksPerShare, chunks.count), 1, (index) => {
          const chunk = chunks.chunk(b, index)
          overTiles(range, (tile) => waiting.update(tile, (sums) => accumulate(tile, chunk, sums)))
        })
        if (isWhole) overTiles(range, (tile) => emit(tile, waiting.load(tile)))
      })
    },
  })
  if (sums && !isWhole) addShares(shape, { view: sums, shares, rows, tiling }, lowering, epilogue)
}

type ItemRange = readonly [from: Value<'i32'>, to: Value<'i32'>]

/**
 * How many shares of the pixels threads sum apart. As this decides the order of additions, it must depend on the shape
 * alone, not on tiles: rows count as if an item had 8, or all of them where they are few.
 */
function dealChunks(rows: number, groups: number, chunks: number) {
  const wanted = Math.max(1, Math.min(chunks, mostShares(rows, groups)))
  const chunksPerShare = Math.ceil(chunks / wanted)
  return { shares: Math.max(1, Math.ceil(chunks / Math.max(1, chunksPerShare))), chunksPerShare }
}

function mostShares(rows: number, groups: number): number {
  const rowItems = groups * (rows <= mostRowsWrittenOut ? 1 : Math.ceil(rows / 8))
  return Math.ceil(wantedItems / 2 / rowItems)
}

interface SumTile {
  readonly group: Value<'i32'>
  readonly panel: PanelClass
  readonly lane: Value<'i32'>
  readonly row: Value<'i32'>
  readonly column: Value<'i32'>
  /** Where the tile's first row starts in the image, and its other rows from there, in elements. */
  readonly start: Value<'i32'>
  readonly offsets: readonly number[]
}

/** Where the sums of tiles, `[group][row][lane]`, wait between chunks. */
function waitingSums(b: LoopBuilder, base: Value<'ptr'>, rows: number, { lanes }: Tiling) {
  const at = ({ group, row, lane }: SumTile): Value<'ptr'> =>
    b.advance(b.advance(b.advance(base, group, 4 * rows * lanes), row, 4 * lanes), lane, 4)
  const offset = (r: number, v: number): number => 4 * (r * lanes + v * b.width)
  const loadAt = (from: Value<'ptr'>, { offsets, panel }: SumTile): Value<'f32v'>[][] =>
    offsets.map((_, r) =>
      panel.counts.map((_, v) => b.loadVector('f32', from, offset(r, v)) as Value<'f32v'>),
    )
  const storeAt = (to: Value<'ptr'>, values: readonly (readonly Value[])[]): void =>
    values.forEach((row, r) => row.forEach((value, v) => b.store('f32', to, value, offset(r, v))))
  return {
    clear: (tile: SumTile): void => {
      const zero = b.constant('f32v', 0)
      const row = tile.panel.counts.map(() => zero)
      storeAt(
        at(tile),
        tile.offsets.map(() => row),
      )
    },
    load: (tile: SumTile): Value<'f32v'>[][] => loadAt(at(tile), tile),
    update: (tile: SumTile, next: (sums: Value<'f32v'>[][]) => Value<'f32v'>[][]): void => {
      const place = at(tile)
      storeAt(place, next(loadAt(place, tile)))
    },
  }
}

/** Sums `[share][group][row][lane]`. */
interface Sums {
  readonly view: BufferView
  readonly shares: number
  readonly rows: number
  readonly tiling: Tiling
}

/** Splits the function's part of a grid `[share][item]` into the items of each share that it touches. */
function overShares(
  b: LoopBuilder,
  shares: number,
  items: number,
  body: (share: Value<'i32'>, fromItem: Value<'i32'>, toItem: Value<'i32'>) => void,
): void {
  if (shares === 1) {
    body(b.int(0), b.begin, b.end)
    return
  }
  const [first] = divide(b, b.begin, items)
  const [last] = divide(b, b.sub(b.end, b.int(1)), items)
  b.for(first, b.add(last, b.int(1)), 1, (share) => {
    const start = b.mul(share, b.int(items))
    const fromItem = b.binary('max', b.sub(b.begin, start), b.int(0)) as Value<'i32'>
    const toItem = b.binary('min', b.sub(b.end, start), b.int(items)) as Value<'i32'>
    body(share, fromItem, toItem)
  })
}

/** Adds up the shares in order and hands the rows to the epilogue. */
export function addShares(
  shape: ConvolutionShape,
  { view, shares, rows, tiling }: Sums,
  lowering: Lowering,
  epilogue: Epilogue,
): void {
  const { groups } = shape
  const blockRows = rowsPerBlock(rows, 1, groups, rows)
  const blocks = Math.ceil(rows / blockRows)
  lowering.launch({
    name: `sum of ${shares} kernel gradients ${rows}x${shape.filters}`,
    grid: groups * blocks,
    inPlace: epilogue.inPlace,
    report: {
      algorithm: 'adds shares in order',
      flops: (shares - 1) * rows * shape.filters,
      lanes: lanesOf(groupFilters(shape), lowering.traits.width),
      ...(groups * blocks === 1 ? { singleThreaded: 'the kernel has one row' } : {}),
    },
    build: (b, operands) => {
      const sums = operands.read(view)
      const finish = epilogue.bind(b, operands)
      b.for(b.begin, b.end, 1, (item) => {
        const [group, block] = divide(b, item, blocks)
        const [from, to] = blockRange(b, block, blockRows, rows)
        const firstColumn = b.mul(group, b.int(groupFilters(shape)))
        b.for(from, to, 1, (row) =>
          forPanels(b, tiling, 0, tiling.panels, (panel, lane, column) => {
            const sumRow = b.add(b.mul(group, b.int(rows)), row)
            const at = b.advance(b.advance(sums, sumRow, 4 * tiling.lanes), lane, 4)
            const totals = panel.counts.map((_, v) => b.variable(b.loadVector('f32', at, 4 * v * b.width)))
            b.for(1, shares, 1, (share) => {
              const other = b.advance(at, share, 4 * groups * rows * tiling.lanes)
              totals.forEach((total, v) => {
                b.set(total, b.add(b.get(total), b.loadVector('f32', other, 4 * v * b.width)))
              })
            })
            const values = totals.map((total) => b.get(total) as Value<'f32v'>)
            finish.emitRow(row, b.add(firstColumn, column), values, panel.counts)
          }),
        )
      })
    },
  })
}
