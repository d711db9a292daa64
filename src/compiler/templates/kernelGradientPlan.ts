import { sizeOf } from '../../graph/shape.js'
import type { LoopBuilder } from '../../loops/builder.js'
import type { Value } from '../../loops/ir.js'
import type { TargetTraits } from '../../loops/traits.js'
import type { Cut } from '../cut.js'
import {
  type ConvolutionShape,
  groupChannels,
  groupFilters,
  hasRuns,
  imageSteps,
} from './convolutionShape.js'
import { rowsPerBlock } from './gridBlocks.js'
import { type Bands, bandsPay, planBands } from './kernelGradientImage.js'
import { divide } from './laneBlocks.js'
import { blockRange, forRows, type PanelClass, type Tiling, tileMatrix } from './tiling.js'

/** How the rows (tap, channel) of one group's kernel gradient are cut into items of the grid and tiles. */
export interface RowPlan {
  readonly tiling: Tiling
  readonly items: number
  /** The bands of channels that the image is read from; undefined where it is read as it lies. */
  readonly bands?: Bands
  /**
   * Runs `body` for each tile of an item: `row` is the tile's first row, `start` where its first value lies in the
   * image, and `offsets` where those of all its rows lie from there. In elements.
   */
  forTiles(
    b: LoopBuilder,
    item: Value<'i32'>,
    panel: PanelClass,
    body: (row: Value<'i32'>, start: Value<'i32'>, offsets: readonly number[]) => void,
  ): void
}

/** So few rows are covered by tiles that are all written out, each with offsets of its own. */
export const mostRowsWrittenOut = 96

/** Rows come in runs, one for each tap, or for each row of taps whose values lie side by side in the image. */
export function planRows(shape: ConvolutionShape, traits: TargetTraits, cut: Cut): RowPlan {
  const { kernel, dilation } = shape
  if (bandsPay(shape, traits)) return planBandedRows(shape, traits, cut)
  const steps = imageSteps(shape)
  const runs = hasRuns(shape)
  const length = groupChannels(shape) * (runs ? kernel[2] : 1)
  const taps = runs ? [kernel[0], kernel[1]] : [kernel[0], kernel[1], kernel[2]]
  const moves = [dilation[0] * steps.plane, dilation[1] * steps.row, dilation[2] * steps.pixel]
  const rows = sizeOf(taps) * length
  const columns = groupFilters(shape)

  if (rows <= mostRowsWrittenOut && length % traits.tile.rows !== 0) {
    const place = (row: number): number => {
      let rest = Math.floor(row / length)
      let at = row % length
      for (let axis = taps.length - 1; axis >= 0; axis--) {
        at += (rest % taps[axis]) * moves[axis]
        rest = Math.floor(rest / taps[axis])
      }
      return at
    }
    return {
      tiling: tileMatrix(rows, columns, traits, cut),
      items: 1,
      forTiles(b, _item, panel, body) {
        for (let first = 0; first < rows; first += panel.rows) {
          const height = Math.min(panel.rows, rows - first)
          const places = Array.from({ length: height }, (_, r) => place(first + r))
          body(
            b.int(first),
            b.int(places[0]),
            places.map((at) => at - places[0]),
          )
        }
      },
    }
  }

  return planRuns(
    { taps, moves, length, groups: shape.groups },
    tileMatrix(length, columns, traits, cut),
    cut,
  )
}

/** Each tap's channels are a run, in bands. */
function planBandedRows(shape: ConvolutionShape, traits: TargetTraits, cut: Cut): RowPlan {
  const { kernel, dilation, channels, filters, groups } = shape
  // A band has room for a vector of channels with each pixel.
  const tiling = tileMatrix(channels, filters, traits, cut, { tall: true })
  const bands = planBands(shape, tiling, traits)
  const { plane, row, pixel } = imageSteps({ ...shape, channels: bands.pixel })
  const moves = [dilation[0] * plane, dilation[1] * row, dilation[2] * pixel]
  return planRuns({ taps: kernel, moves, length: channels, groups, bands }, tiling, cut)
}

interface Runs {
  readonly taps: readonly number[]
  /** Elements of the image from one tap to the next along each axis. */
  readonly moves: readonly number[]
  /** Rows of a run. */
  readonly length: number
  readonly groups: number
  readonly bands?: Bands
}

function planRuns({ taps, moves, length, groups, bands }: Runs, tiling: Tiling, cut: Cut): RowPlan {
  const itemRows = rowsPerBlock(length, tiling.rows, sizeOf(taps) * groups, length, cut.items)
  const blocks = Math.ceil(length / itemRows)
  const offset = (r: number): number =>
    bands ? Math.floor(r / bands.channels) * bands.elements + (r % bands.channels) : r
  return {
    tiling,
    items: sizeOf(taps) * blocks,
    bands,
    forTiles(b, item, panel, body) {
      const [run, block] = divide(b, item, blocks)
      let rest = run
      let start = b.int(0)
      for (let axis = taps.length - 1; axis >= 0; axis--) {
        const [outer, tap] = taps[axis] === 1 ? [rest, b.int(0)] : divide(b, rest, taps[axis])
        start = b.add(start, b.mul(tap, b.int(moves[axis])))
        rest = outer
      }
      const firstRow = b.mul(run, b.int(length))
      forRows(b, length, panel.rows, ...blockRange(b, block, itemRows, length), (row, height) => {
        const place = bands ? b.mul(divide(b, row, bands.channels)[0], b.int(bands.elements)) : row
        body(
          b.add(firstRow, row),
          b.add(start, place),
          Array.from({ length: height }, (_, r) => offset(r)),
        )
      })
    },
  }
}

/** A loop over output pixels: with each iteration, elements of the image and output pixels that it goes on by. */
interface PixelLoop {
  readonly count: number | Value<'i32'>
  readonly image: number
  readonly pixels: number
}

export interface Chunk {
  /** Where it starts in the image, in elements, and its first output pixel among those of all images. */
  readonly image: Value<'i32'>
  readonly pixel: Value<'i32'>
  readonly walk: readonly PixelLoop[]
}

/** How the output pixels of all images are cut into chunks that stay in the first-level cache. */
export interface ChunkPlan {
  /** At least one, which is empty if there are no images. */
  readonly count: number
  chunk(b: LoopBuilder, index: Value<'i32'>): Chunk
}

/**
 * Elements of the image and of the output gradient that a chunk's pixel should leave room for in the first-level cache. Tiles
 * of two vectors and more leave time to fetch the image from the second level: then only the panel of gradients that all tiles
 * read one after another must stay. With one vector, every load counts.
 */
function elementsInCache(
  shape: ConvolutionShape,
  imageElements: number,
  pixels: number,
  width: number,
): number {
  const filters = groupFilters(shape)
  return filters > width ? pixels * Math.min(filters, 2 * width) : imageElements + pixels * shape.filters
}

/** Steps of k beyond which loading and storing the sums costs little. */
const enoughSteps = 512

export function planChunks(
  shape: ConvolutionShape,
  traits: TargetTraits,
  bands: Bands | undefined,
  lengths = 1,
): ChunkPlan {
  const { batch, strides, padded } = shape
  const [planes, height, width] = shape.output
  const imagePixels = planes * height * width
  const steps = imageSteps(bands ? { ...shape, channels: bands.pixel } : shape)
  const imageElements = padded[0] * steps.plane
  const rowMove = strides[1] * steps.row
  const inRow: PixelLoop = { count: width, image: strides[2] * steps.pixel, pixels: 1 }
  const inPlane: PixelLoop = { count: height, image: rowMove, pixels: width }
  // Bands come soon enough from the second level: longer chunks put sums aside less often.
  const budget = ((bands ? 2 : 1) * lengths * 0.75 * traits.cache.l1) / 4
  const { width: lanes } = traits
  const images = Math.floor(budget / elementsInCache(shape, imageElements, imagePixels, lanes))

  /** The length of a chunk, where the last may be shorter. */
  const lengthAt = (b: LoopBuilder, from: Value<'i32'>, size: number, end: number): number | Value<'i32'> =>
    end % size === 0
      ? Math.min(size, end)
      : (b.binary('min', b.int(size), b.sub(b.int(end), from)) as Value<'i32'>)

  if (images >= 1 || planes * height === 1 || batch === 0) {
    const perChunk = Math.max(1, Math.min(images, batch, Math.ceil(enoughSteps / Math.max(imagePixels, 1))))
    return {
      count: Math.max(1, Math.ceil(batch / perChunk)),
      chunk(b, index) {
        const first = b.mul(index, b.int(perChunk))
        const count = lengthAt(b, first, perChunk, batch)
        return {
          image: b.mul(first, b.int(imageElements)),
          pixel: b.mul(first, b.int(imagePixels)),
          walk: [
            { count, image: imageElements, pixels: imagePixels },
            { count: planes, image: strides[0] * steps.plane, pixels: height * width },
            inPlane,
            inRow,
          ],
        }
      },
    }
  }

  const rowElements = elementsInCache(shape, rowMove, width, lanes)
  const fitting = Math.max(1, Math.floor(budget / rowElements), Math.ceil(64 / width))
  const perChunk = Math.ceil(height / Math.ceil(height / fitting))
  const perPlane = Math.ceil(height / perChunk)
  return {
    count: batch * planes * perPlane,
    chunk(b, index) {
      const [planeOfAll, part] = divide(b, index, perPlane)
      const [n, plane] = divide(b, planeOfAll, planes)
      const row = b.mul(part, b.int(perChunk))
      const image = b.add(b.mul(n, b.int(imageElements)), b.mul(plane, b.int(strides[0] * steps.plane)))
      return {
        image: b.add(image, b.mul(row, b.int(rowMove))),
        pixel: b.mul(b.add(b.mul(planeOfAll, b.int(height)), row), b.int(width)),
        walk: [{ ...inPlane, count: lengthAt(b, row, perChunk, height) }, inRow],
      }
    },
  }
}
