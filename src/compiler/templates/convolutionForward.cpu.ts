import { InternalError } from '../../errors.js'
import { sizeOf } from '../../graph/shape.js'
import type { Value } from '../../loops/ir.js'
import type { TargetTraits } from '../../loops/traits.js'
import type { BufferView, Epilogue, Lowering } from '../lowering.js'
import { lowerProduct } from './contraction.cpu.js'
import {
  type ConvolutionShape,
  convolutionFlops,
  describeShape,
  groupChannels,
  groupFilters,
  hasRuns,
  imageSteps,
  isPadded,
  lanesOf,
} from './convolutionShape.js'
import { type DepthLanes, sumInLanes, vectorSteps } from './depthLanes.js'
import { rowsPerBlock, wantedItems } from './gridBlocks.js'
import { withHalo } from './haloCopy.cpu.js'
import { divide } from './laneBlocks.js'
import { type DepthLoop, microKernel } from './microKernel.js'
import { type Panels, packPanels } from './packing.cpu.js'
import {
  alikePanels,
  blockRange,
  describeTiles,
  forPanels,
  forRows,
  mostRows,
  type PanelClass,
  shortestTile,
  type Tiling,
  tileMatrix,
  withDepthLanes,
} from './tiling.js'

/** Lowers `output = image * kernel`. */
export function lowerForward(
  shape: ConvolutionShape,
  image: BufferView,
  kernel: BufferView,
  lowering: Lowering,
  epilogue: Epilogue,
): void {
  if (isMatrixProduct(shape)) {
    const rows = shape.batch * sizeOf(shape.output)
    const sizes = { batch: 1, rows, depth: shape.channels, columns: shape.filters }
    const operands = { a: image, transposeA: false, b: kernel, transposeB: false }
    lowerProduct({ name: 'convolution 1x1 as product', ...sizes, ...operands }, lowering, epilogue)
    return
  }
  const { traits, cut } = lowering
  const few = fewFilters(shape, traits.width)
  const main = alikePanels(tileMatrix(shape.output[2], groupFilters(shape) - few, traits, cut), epilogue)
  const tiling = few > 0 ? withDepthLanes(main, few, runsOf(shape), traits.width) : main
  const depth = sizeOf(shape.kernel) * groupChannels(shape)
  const filters = packPanels(
    lowering,
    {
      view: kernel,
      offset: 0,
      matrices: [{ count: shape.groups, stride: groupFilters(shape) }],
      depth: [{ count: depth, stride: shape.filters }],
      columns: groupFilters(shape),
      columnStride: 1,
    },
    tiling,
  )
  convolve({ shape, image: withHalo(lowering, image, shape), filters, tiling }, 'forward', lowering, epilogue)
}

/** The values under one row of the kernel, where they lie side by side. */
const runsOf = ({ kernel, channels }: ConvolutionShape): DepthLanes => ({ run: kernel[2] * channels })

/**
 * Filters that no vector has room for but one of their own, of which they would leave most lanes idle, and which are summed sooner with
 * steps of k in lanes. This changes the order of a sum, so nothing decides it but the convolution and the width. Not where a tile takes several
 * rows of the image, which these sums do not.
 */
function fewFilters(shape: ConvolutionShape, width: number): number {
  const few = groupFilters(shape) % width
  const lanes = runsOf(shape)
  const steps = sizeOf(shape.kernel) * groupChannels(shape)
  const vectors = Math.ceil(groupFilters(shape) / width)
  if (2 * shape.output[2] <= mostRows) return 0
  if (few === 0 || vectors === 1 || few > width / 4 || !hasRuns(shape) || lanes.run < 2 * width) return 0
  const saved = steps - few * vectorSteps(lanes, steps / lanes.run, width)
  return saved > (steps * vectors) / 16 ? few : 0
}

/** A kernel of one tap that visits every pixel once sees the image as a matrix of pixels and channels. */
export const isMatrixProduct = (shape: ConvolutionShape): boolean =>
  shape.groups === 1 && sizeOf(shape.kernel) === 1 && sizeOf(shape.strides) === 1 && !isPadded(shape)

/** A convolution whose filters are packed, `[group][panel][tap, channel][lane]` (a panel with `depthLanes` as those say), and whose image has its halo. */
export interface PackedConvolution {
  readonly shape: ConvolutionShape
  readonly image: BufferView
  readonly filters: Panels
  /** Of one group's filters. */
  readonly tiling: Tiling
}

/**
 * Emits the launch that does the work. Rows of tiles are output pixels, k is (tap, channel), lanes are filters, or k with `depthLanes`. Where
 * output rows are short, a tile takes several of them.
 */
export function convolve(
  { shape, image, filters, tiling }: PackedConvolution,
  name: string,
  lowering: Lowering,
  epilogue: Epilogue,
): void {
  const { batch, groups } = shape
  const [planes, height, width] = shape.output
  const rows = planes * height
  if (batch * rows * width * shape.filters === 0) return
  const { traits, cut } = lowering
  const items = cut.items ?? wantedItems
  const rowsPerTile = planes === 1 ? Math.max(1, Math.floor(shortestTile(tiling) / width)) : 1
  // Filters that the second-level cache does not hold come from further away for each block of rows: it takes many.
  const manyFilters = 4 * groups * filters.elements > traits.cache.l2 / 2
  const outer = manyFilters ? batch * tiling.panels : batch
  const blockRows = rowsPerBlock(rows, rowsPerTile, outer, rowsInCache(shape, traits), items)
  const rowBlocks = Math.ceil(rows / blockRows)
  const blockImages = manyFilters && rowBlocks === 1 ? imagesTogether(shape, tiling, traits) : 1
  const imageBlocks = Math.ceil(batch / blockImages)
  const blockPanels = Math.ceil(tiling.panels / Math.max(1, Math.floor(items / (imageBlocks * rowBlocks))))
  const panelBlocks = Math.ceil(tiling.panels / blockPanels)
  const grid = imageBlocks * rowBlocks * panelBlocks
  const steps = imageSteps(shape)
  const pixelStep = shape.strides[2] * steps.pixel
  const rowStep = shape.strides[1] * steps.row
  const planeStep = shape.strides[0] * steps.plane
  const filtersFit = 4 * filters.elements <= traits.cache.l1 / 2
  const rowsOutside = cut.outer ? cut.outer === 'rows' : filtersFit

  lowering.launch({
    name: `convolution ${name} ${describeShape(shape)}`,
    grid,
    inPlace: epilogue.inPlace,
    report: {
      algorithm:
        `micro-kernel on the image in place, tiles ${describeTiles(tiling)}; ` +
        (rowsOutside
          ? `all filters for one row after another${filtersFit ? ', as they fit the first-level cache' : ''}`
          : 'one panel of filters for all rows after another') +
        (blockImages > 1 ? `, ${blockImages} images together` : ''),
      flops: convolutionFlops(shape),
      matrix: tiling.matrix,
      lanes: lanesOf(groupFilters(shape), traits.width),
      ...(grid === 1 ? { singleThreaded: 'the convolution is small' } : {}),
    },
    build: (b, operands) => {
      const from = operands.read(image)
      const packed = operands.read(filters.view)
      const finish = epilogue.bind(b, operands)
      const vectorBytes = 4 * b.width

      b.for(b.begin, b.end, 1, (item) => {
        const [block, panelBlock] = divide(b, item, panelBlocks)
        const [imageBlock, rowBlock] = divide(b, block, rowBlocks)
        const imageRange = blockRange(b, imageBlock, blockImages, batch)
        const rowRange = blockRange(b, rowBlock, blockRows, rows)
        const panelRange = blockRange(b, panelBlock, blockPanels, tiling.panels)

        b.repeat(groups, false, (group) => {
          const groupStart = b.advance(from, group, 4 * groupChannels(shape))
          const panels = b.advance(packed, group, 4 * filters.elements)
          const firstColumn = b.mul(group, b.int(groupFilters(shape)))

          /** Runs `body` for the item's rows, as numbered through all images, `count` at a time. */
          const overRows = (body: (row: Value<'i32'>, count: number, start: Value<'ptr'>) => void): void =>
            b.for(...imageRange, 1, (n) => {
              const imageStart = b.advance(groupStart, n, 4 * shape.padded[0] * steps.plane)
              const firstRow = b.mul(n, b.int(rows))
              forRows(b, rows, rowsPerTile, ...rowRange, (row, count) => {
                const [plane, y] = planes === 1 ? [b.int(0), row] : divide(b, row, height)
                const start = b.advance(b.advance(imageStart, plane, 4 * planeStep), y, 4 * rowStep)
                body(b.add(firstRow, row), count, start)
              })
            })

          /** The tiles of `count` output rows from `row` on, whose first window is at `start`, with one panel. */
          const tiles = (
            row: Value<'i32'>,
            count: number,
            start: Value<'ptr'>,
            panel: PanelClass,
            lane: Value<'i32'>,
            column: Value<'i32'>,
          ): void => {
            const pixels = count * width
            const firstPixel = b.mul(row, b.int(width))
            const panelStart = b.advance(panels, lane, 4 * filters.depth)
            const wholeRows = rowsPerTile > 1
            if (wholeRows && panel.depthLanes)
              throw new InternalError('A tile of several rows has no lanes for k.')
            forRows(b, pixels, wholeRows ? pixels : panel.rows, 0, pixels, (x, tall) => {
              const pixelsAt = {
                base: b.advance(start, x, 4 * pixelStep),
                offsets: Array.from({ length: tall }, (_, r) =>
                  wholeRows
                    ? 4 * (Math.floor(r / width) * rowStep + (r % width) * pixelStep)
                    : 4 * r * pixelStep,
                ),
              }
              const { depthLanes: lanes, counts } = panel
              const depth = depthLoops(shape, panel.vectors * vectorBytes)
              const result = lanes
                ? sumInLanes(b, {
                    rows: pixelsAt,
                    columns: { base: panelStart, count: counts[0] },
                    // All but the run itself.
                    runs: depth.slice(0, -1),
                    lanes,
                  }).map((values) => [values])
                : microKernel(b, {
                    rows: pixelsAt,
                    columns: { base: panelStart, offsets: counts.map((_, v) => v * vectorBytes) },
                    depth,
                    cache: traits.cache.l1,
                  })
              const pixel = b.add(firstPixel, x)
              result.forEach((values, r) =>
                finish.emitRow(b.add(pixel, b.int(r)), b.add(firstColumn, column), values, panel.counts),
              )
            })
          }

          if (rowsOutside) {
            overRows((row, count, start) =>
              forPanels(b, tiling, ...panelRange, (panel, lane, column) =>
                tiles(row, count, start, panel, lane, column),
              ),
            )
          } else {
            forPanels(b, tiling, ...panelRange, (panel, lane, column) =>
              overRows((row, count, start) => tiles(row, count, start, panel, lane, column)),
            )
          }
        })
      })
    },
  })
}

/** Output rows whose windows stay in the second-level cache while the panels of filters change. */
function rowsInCache(shape: ConvolutionShape, { cache }: TargetTraits): number {
  const extent = (shape.kernel[1] - 1) * shape.dilation[1] + 1
  const rows = Math.floor(cache.l2 / 2 / (4 * imageSteps(shape).row))
  return Math.max(1, Math.floor((rows - extent) / shape.strides[1]) + 1)
}

/** Items of a grid that are few, but enough for some threads to share. */
const fewestItems = 32

/** Images that an item goes through with one panel of filters before it takes the next, as many as the cache holds. */
function imagesTogether(shape: ConvolutionShape, tiling: Tiling, { cache }: TargetTraits): number {
  const imageBytes = 4 * shape.padded[0] * imageSteps(shape).plane
  const most = Math.min(cache.l2 / 2 / imageBytes, (shape.batch * tiling.panels) / fewestItems)
  const blocks = Math.ceil(shape.batch / Math.max(1, Math.floor(most)))
  return Math.ceil(shape.batch / blocks)
}

/** The walk over (tap, channel), along which the packed filters lie one step after another. */
function depthLoops(shape: ConvolutionShape, stepBytes: number): DepthLoop[] {
  const { kernel, dilation } = shape
  const { pixel, row, plane } = imageSteps(shape)
  const channels = groupChannels(shape)
  const inner = hasRuns(shape)
    ? [{ count: kernel[2] * channels, move: 1 }]
    : [
        { count: kernel[2], move: dilation[2] * pixel },
        { count: channels, move: 1 },
      ]
  const loops = [
    { count: kernel[0], move: dilation[0] * plane },
    { count: kernel[1], move: dilation[1] * row },
    ...inner,
  ]
  return loops.map(({ count, move }, level) => {
    const inside = loops.slice(level + 1).reduce((steps, inner) => steps * inner.count, 1)
    return { count, a: 4 * move, b: inside * stepBytes }
  })
}
