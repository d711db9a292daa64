import type { LoopBuilder } from '../../loops/builder.js'
import type { Value } from '../../loops/ir.js'
import type { BufferView, Epilogue, Lowering } from '../lowering.js'
import {
  type ConvolutionShape,
  convolutionFlops,
  describeShape,
  groupChannels,
  groupFilters,
  hasRuns,
  lanesOf,
} from './convolutionShape.js'
import { rowsPerBlock } from './gridBlocks.js'
import { zeroRun } from './haloCopy.cpu.js'
import { divide } from './laneBlocks.js'
import { microKernel } from './microKernel.js'
import { packPanels } from './packing.cpu.js'
import { blockRange, describeTiles, forPanels, forRows, type Tiling, tileMatrix } from './tiling.js'

export interface WindowAdd {
  readonly shape: ConvolutionShape
  readonly gradient: BufferView
  readonly kernel: BufferView
  /** Of output pixels in a row, and the values that one pixel adds to one run of the image. */
  readonly tiling: Tiling
  /** Why this way, for the report. */
  readonly reason: string
}

/** The part of k that one tile sums: kernel rows from `tap` on, paired with output rows from `row` backwards. */
interface Taps {
  readonly tap: Value<'i32'>
  readonly row: Value<'i32'>
  readonly count: Value<'i32'> | number
}

/**
 * Emits the image's gradient row by row. All that the row gets is summed in a buffer of one padded row, which stays in
 * the first-level cache: for a tile, rows are output pixels, k is (kernel row, filter), lanes are (kernel column,
 * channel), and the tile is added to the buffer where each pixel's window lies. Then the row goes to the epilogue.
 */
export function addWindows(
  { shape, gradient, kernel, tiling, reason }: WindowAdd,
  lowering: Lowering,
  epilogue: Epilogue,
): void {
  const { batch, image, padded, before, output, channels, filters, groups, strides, dilation } = shape
  const [planes, height, width] = image
  const rows = planes * height
  if (batch * rows * width * channels === 0) return
  const blockRows = rowsPerBlock(rows, 1, batch, rows, lowering.cut.items)
  const blocks = Math.ceil(rows / blockRows)
  const grid = batch * blocks
  const runs = hasRuns(shape) ? 1 : shape.kernel[2]
  const sums = groupFilters(shape)
  const packed = packPanels(lowering, kernelRows(shape, kernel), tiling)
  // Rounded up, so that the buffers of two threads share no cache line.
  const bufferElements = Math.ceil((padded[2] * channels) / 16) * 16
  const buffers = lowering.scratch('float32', grid * bufferElements)
  const rowTiling = tileMatrix(1, channels, lowering.traits)

  lowering.launch({
    name: `convolution imageGradient ${describeShape(shape)}`,
    grid,
    inPlace: epilogue.inPlace,
    report: {
      algorithm: `products added where windows overlap, one image row after another, tiles ${describeTiles(tiling)}: ${reason}`,
      flops: convolutionFlops(shape),
      matrix: tiling.matrix,
      lanes: lanesOf(
        hasRuns(shape) ? shape.kernel[2] * channels : groupChannels(shape),
        lowering.traits.width,
      ),
      ...(grid === 1 ? { singleThreaded: 'the image has one row' } : {}),
    },
    build: (b, operands) => {
      const dy = operands.read(gradient)
      const weights = operands.read(packed.view)
      const buffer = operands.readWrite(buffers)
      const finish = epilogue.bind(b, operands)
      const vectorBytes = 4 * b.width

      /** Adds the tiles of one group and run to the row in `target`. */
      const addTiles = (
        pixels: Value<'ptr'>,
        panels: Value<'ptr'>,
        target: Value<'ptr'>,
        { tap, count }: Taps,
      ): void =>
        forPanels(b, tiling, 0, tiling.panels, (panel, lane, column) => {
          const stepBytes = panel.vectors * vectorBytes
          const panelStart = b.advance(panels, lane, 4 * packed.depth)
          const columnStart = b.advance(target, column, 4)
          forRows(b, output[2], panel.rows, 0, output[2], (done, tall) => {
            // From the last pixel to the first: so each place gets its lowest lane first, however lanes form panels.
            const x = b.sub(b.int(output[2] - tall), done)
            const result = microKernel(b, {
              rows: {
                base: b.advance(pixels, x, 4 * filters),
                offsets: Array.from({ length: tall }, (_, r) => 4 * r * filters),
              },
              columns: {
                base: b.advance(panelStart, tap, sums * stepBytes),
                offsets: panel.counts.map((_, v) => v * vectorBytes),
              },
              depth: [
                { count, a: -4 * output[2] * filters, b: strides[1] * sums * stepBytes },
                { count: sums, a: 4, b: stepBytes },
              ],
              cache: lowering.traits.cache.l1,
            })
            const start = b.advance(columnStart, x, 4 * strides[2] * channels)
            for (let r = tall - 1; r >= 0; r--) {
              result[r].forEach((value, v) => {
                const offset = 4 * r * strides[2] * channels + v * vectorBytes
                const count = panel.counts[v]
                b.store('f32', start, b.add(value, b.loadVector('f32', start, offset, count)), offset, count)
              })
            }
          })
        })

      b.for(b.begin, b.end, 1, (item) => {
        const [n, block] = divide(b, item, blocks)
        const rowBuffer = b.advance(buffer, item, 4 * bufferElements)
        const [from, to] = blockRange(b, block, blockRows, rows)
        b.for(from, to, 1, (row) => {
          const [plane, y] = planes === 1 ? [b.int(0), row] : divide(b, row, height)
          zeroRun(b, rowBuffer, padded[2] * channels)
          overPlanes(b, shape, b.add(plane, b.int(before[0])), (planeTap, outputPlane) => {
            overTaps(b, shape, b.add(y, b.int(before[1])), (part) => {
              const planeOfAll = b.add(b.mul(n, b.int(output[0])), outputPlane)
              const outputRow = b.add(b.mul(planeOfAll, b.int(output[1])), part.row)
              const rowStart = b.advance(dy, outputRow, 4 * output[2] * filters)
              b.repeat(groups, false, (group) =>
                b.repeat(runs, false, (run) => {
                  const groupPlane = b.add(b.mul(group, b.int(shape.kernel[0])), planeTap)
                  const matrix = b.add(b.mul(groupPlane, b.int(runs)), run)
                  const target = b.advance(rowBuffer, run, 4 * dilation[2] * channels)
                  addTiles(
                    b.advance(rowStart, group, 4 * sums),
                    b.advance(weights, matrix, 4 * packed.elements),
                    b.advance(target, group, 4 * groupChannels(shape)),
                    part,
                  )
                }),
              )
            })
          })
          const firstPixel = b.mul(b.add(b.mul(n, b.int(rows)), row), b.int(width))
          const inside = b.advance(rowBuffer, b.int(before[2] * channels), 4)
          b.for(0, width, 1, (x) => {
            const pixel = b.advance(inside, x, 4 * channels)
            forPanels(b, rowTiling, 0, rowTiling.panels, (panel, _, column) => {
              const at = b.advance(pixel, column, 4)
              const values = panel.counts.map(
                (count, v) => b.loadVector('f32', at, v * vectorBytes, count) as Value<'f32v'>,
              )
              finish.emitRow(b.add(firstPixel, x), column, values, panel.counts)
            })
          })
        })
      })
    },
  })
}

/** B[(kernel row, filter), (kernel column, channel)], for each group, kernel plane and run. */
function kernelRows(shape: ConvolutionShape, view: BufferView) {
  const { kernel, filters, groups } = shape
  const tap = groupChannels(shape) * filters
  const runs = hasRuns(shape) ? 1 : kernel[2]
  return {
    view,
    offset: 0,
    matrices: [
      { count: groups, stride: groupFilters(shape) },
      { count: kernel[0], stride: kernel[1] * kernel[2] * tap },
      { count: runs, stride: tap },
    ],
    depth: [
      { count: kernel[1], stride: kernel[2] * tap },
      { count: groupFilters(shape), stride: 1 },
    ],
    columns: (kernel[2] / runs) * groupChannels(shape),
    columnStride: filters,
  }
}

/** Runs `body` for each kernel plane and the output plane that it takes to plane `z` of the padded image. */
function overPlanes(
  b: LoopBuilder,
  { padded, kernel, output, strides, dilation }: ConvolutionShape,
  z: Value<'i32'>,
  body: (tap: Value<'i32'>, plane: Value<'i32'>) => void,
): void {
  if (padded[0] === 1) body(b.int(0), b.int(0))
  else {
    b.repeat(kernel[0], false, (tap) =>
      ifVisited(b, b.sub(z, b.mul(tap, b.int(dilation[0]))), strides[0], output[0], (plane) =>
        body(tap, plane),
      ),
    )
  }
}

/**
 * Runs `body` for the kernel rows that reach row `y` of the padded image: for those that neighbouring output rows use
 * all at once, without dilation; else one by one.
 */
function overTaps(
  b: LoopBuilder,
  { kernel, output, strides, dilation }: ConvolutionShape,
  y: Value<'i32'>,
  body: (taps: Taps) => void,
): void {
  if (dilation[1] > 1) {
    b.repeat(kernel[1], false, (tap) =>
      ifVisited(b, b.sub(y, b.mul(tap, b.int(dilation[1]))), strides[1], output[1], (row) =>
        body({ tap, row, count: 1 }),
      ),
    )
    return
  }
  // Output row q - j meets kernel row phase + stride * j.
  const [q, phase] = divide(b, y, strides[1])
  const [tapsOfPhase] = divide(b, b.sub(b.int(kernel[1] + strides[1] - 1), phase), strides[1])
  const first = b.binary('max', b.sub(q, b.int(output[1] - 1)), b.int(0)) as Value<'i32'>
  const end = b.binary('min', tapsOfPhase, b.add(q, b.int(1))) as Value<'i32'>
  b.if(b.compare('lt', first, end) as Value<'bool'>, () =>
    body({
      tap: b.add(phase, b.mul(first, b.int(strides[1]))),
      row: b.sub(q, first),
      count: b.sub(end, first),
    }),
  )
}

/** Runs `body` with `position / stride`, if that is whole and in `[0, limit)`. */
function ifVisited(
  b: LoopBuilder,
  position: Value<'i32'>,
  stride: number,
  limit: number,
  body: (index: Value<'i32'>) => void,
): void {
  const [index, rest] = divide(b, position, stride)
  const inside = b.compare('ltU', position, b.int(limit * stride))
  const whole = b.compare('eq', rest, b.int(0))
  b.if(b.logic('and', inside, whole) as Value<'bool'>, () => body(index))
}
