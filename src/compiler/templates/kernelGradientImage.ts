import { sizeOf } from '../../graph/shape.js'
import type { Value } from '../../loops/ir.js'
import type { TargetTraits } from '../../loops/traits.js'
import type { BufferView, Lowering } from '../lowering.js'
import { type ConvolutionShape, groupFilters } from './convolutionShape.js'
import { overHaloRows, withHalo, zeroRun } from './haloCopy.cpu.js'
import { copyGroupSteps } from './packing.cpu.js'
import { shortestTile, type Tiling } from './tiling.js'

/**
 * The image in bands of channels, `[band][pixel with halo][channel of the band]`: as many channels as a tile has rows, with room
 * for whole vectors of them.
 */
export interface Bands {
  /** Channels of a band; the last one may have fewer. */
  readonly channels: number
  /** Elements of a pixel in a band, and of a band. */
  readonly pixel: number
  readonly elements: number
}

/** Fewer channels than this leave too much of the last band empty. */
const manyChannels = 32

/**
 * Whether the image is copied into bands for its kernel's gradient. With each pixel a tile reads the values of its rows: in a
 * band they are one line of the cache, and the next pixel's is the next line, while the channels of a whole pixel lie so
 * far apart that few lines find room and the processor does not foresee the next. A band is read for each tap and each panel.
 */
export const bandsPay = (shape: ConvolutionShape, { width }: TargetTraits): boolean =>
  shape.groups === 1 &&
  shape.channels >= manyChannels &&
  groupFilters(shape) > width &&
  sizeOf(shape.kernel) > 1

export function planBands(
  { batch, padded }: ConvolutionShape,
  tiling: Tiling,
  { width }: TargetTraits,
): Bands {
  const channels = shortestTile(tiling)
  const pixel = Math.ceil(channels / width) * width
  return { channels, pixel, elements: batch * sizeOf(padded) * pixel }
}

/** The image with its halo, as it is or copied into bands, and how, for reports. */
export function placeImage(
  shape: ConvolutionShape,
  image: BufferView,
  bands: Bands | undefined,
  lowering: Lowering,
): { readonly view: BufferView; readonly how: string } {
  return bands
    ? { view: bandedImage(shape, image, bands, lowering), how: 'image in bands of channels' }
    : { view: withHalo(lowering, image, shape), how: 'image read in place' }
}

function bandedImage(
  shape: ConvolutionShape,
  image: BufferView,
  { channels: most, pixel, elements }: Bands,
  lowering: Lowering,
): BufferView {
  const { batch, channels, image: inner, padded, before } = shape
  const bands = Math.ceil(channels / most)
  const target = lowering.scratch('float32', bands * elements)
  const rowElements = padded[2] * pixel
  const left = before[2] * pixel
  const filled = inner[2] * pixel
  lowering.launch({
    name: `bands of ${most} channels, ${batch} x ${inner.join('x')}x${channels} to ${padded.join('x')}`,
    grid: batch * padded[0] * padded[1],
    report: { algorithm: 'copy into bands of channels with zeros around them', flops: 0, lanes: 'vector' },
    build: (b, operands) => {
      const from = operands.read(image)
      const to = operands.write(target)
      const overBands = (body: (band: Value<'i32'>, count: number) => void): void => {
        const rest = channels - (bands - 1) * most
        if (bands > 1) b.for(0, bands - 1, 1, (band) => body(band, most))
        body(b.int(bands - 1), rest)
      }
      overHaloRows(b, shape, (item, inside, sourceRow) => {
        const row = b.advance(to, item, 4 * rowElements)
        b.if(
          inside,
          () => {
            const source = b.advance(from, sourceRow, 4 * inner[2] * channels)
            overBands((band, count) => {
              const out = b.advance(row, band, 4 * elements)
              const middle = b.advance(out, b.int(left), 4)
              zeroRun(b, out, left)
              copyGroupSteps(b, b.advance(source, band, 4 * most), middle, {
                count,
                steps: inner[2],
                stride: channels,
                lanes: pixel,
              })
              zeroRun(b, b.advance(middle, b.int(filled), 4), rowElements - left - filled)
            })
          },
          () => overBands((band) => zeroRun(b, b.advance(row, band, 4 * elements), rowElements)),
        )
      })
    },
  })
  return target
}
