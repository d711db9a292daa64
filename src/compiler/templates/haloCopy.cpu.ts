import type { LoopBuilder } from '../../loops/builder.js'
import type { Value } from '../../loops/ir.js'
import type { BufferView, Lowering } from '../lowering.js'
import { type ConvolutionShape, isPadded } from './convolutionShape.js'
import { divide, loadLanes, overLanes, pointerTo, storeLanes } from './laneBlocks.js'

/**
 * The image with the zeros of its padding around it, so that loops over windows need no bounds: copied by a launch of
 * its own, or the image itself if there is no padding.
 */
export function withHalo(lowering: Lowering, image: BufferView, shape: ConvolutionShape): BufferView {
  if (!isPadded(shape)) return image
  const { batch, channels, image: inner, padded, before } = shape
  const [depth, height, width] = padded
  const row = width * channels
  const left = before[2] * channels
  const filled = inner[2] * channels
  const target = lowering.scratch('float32', batch * depth * height * row)
  lowering.launch({
    name: `halo ${batch} x ${inner.join('x')}x${channels} to ${padded.join('x')}`,
    grid: batch * depth * height,
    report: { algorithm: 'copy with zeros around it', flops: 0, lanes: 'vector' },
    build: (b, operands) => {
      const from = operands.read(image)
      const to = operands.write(target)
      overHaloRows(b, shape, (item, inside, sourceRow) => {
        const out = b.advance(to, item, 4 * row)
        const middle = b.advance(out, b.int(left), 4)
        b.if(
          inside,
          () => {
            zeroRun(b, out, left)
            copyRun(b, b.advance(from, sourceRow, 4 * filled), middle, filled)
            zeroRun(b, b.advance(middle, b.int(filled), 4), row - left - filled)
          },
          () => zeroRun(b, out, row),
        )
      })
    },
  })
  return target
}

/**
 * Runs `body` for the function's part of a grid of the padded images' rows: with the row's number, whether it is a row of the image,
 * and that row's number among those of all images.
 */
export function overHaloRows(
  b: LoopBuilder,
  { image, padded, before }: ConvolutionShape,
  body: (item: Value<'i32'>, inside: Value<'bool'>, sourceRow: Value<'i32'>) => void,
): void {
  b.for(b.begin, b.end, 1, (item) => {
    const [slice, y] = divide(b, item, padded[1])
    const [n, z] = divide(b, slice, padded[0])
    const sourceY = b.sub(y, b.int(before[1]))
    const sourceZ = b.sub(z, b.int(before[0]))
    const inside = b.logic(
      'and',
      b.compare('ltU', sourceZ, b.int(image[0])),
      b.compare('ltU', sourceY, b.int(image[1])),
    ) as Value<'bool'>
    const sourceRow = b.add(b.mul(b.add(b.mul(n, b.int(image[0])), sourceZ), b.int(image[1])), sourceY)
    body(item, inside, sourceRow)
  })
}

export function zeroRun(b: LoopBuilder, to: Value<'ptr'>, length: number): void {
  overLanes(b, length, (block) => storeLanes(b, 'f32', pointerTo(b, to, block, 'f32'), block, b.float(0)))
}

export function copyRun(b: LoopBuilder, from: Value<'ptr'>, to: Value<'ptr'>, length: number): void {
  overLanes(b, length, (block) => {
    const value = loadLanes(b, 'f32', pointerTo(b, from, block, 'f32'), block)
    storeLanes(b, 'f32', pointerTo(b, to, block, 'f32'), block, value)
  })
}
