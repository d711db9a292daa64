import { sizeOf } from '../../graph/shape.js'
import type { LoopBuilder } from '../../loops/builder.js'
import type { Value } from '../../loops/ir.js'
import type { BufferView, Epilogue, Lowering } from '../lowering.js'
import { lowerImageGradient } from './convolutionImageGradient.cpu.js'
import { addShares } from './convolutionKernelGradient.cpu.js'
import {
  type ConvolutionShape,
  convolutionFlops,
  describeShape,
  flippedShape,
  imageSteps,
} from './convolutionShape.js'
import { wantedItems } from './gridBlocks.js'
import { withHalo } from './haloCopy.cpu.js'
import { divide } from './laneBlocks.js'
import { blockRange, tileMatrix } from './tiling.js'

/** All taps are written out one after another. Larger kernels are computed group by group, as other groups are. */
const mostTaps = 49

/** One vector for each tap stays in a register, with some to spare where there are 16. */
const heldTaps = 12

/** Each channel has one filter of its own. */
export const isDepthwise = ({ groups, channels, filters, kernel }: ConvolutionShape): boolean =>
  groups > 1 && channels === groups && filters === groups && sizeOf(kernel) <= mostTaps

/** Lowers `output[pixel, c] = sum over taps of image[pixel * stride + tap, c] * kernel[tap, c]`, with channels in lanes. */
export function lowerDepthwiseForward(
  shape: ConvolutionShape,
  image: BufferView,
  kernel: BufferView,
  lowering: Lowering,
  epilogue: Epilogue,
): void {
  walkWindows({ shape, image, kernel, name: 'forward', weightOf: (tap) => tap }, lowering, epilogue)
}

/** With strides of 1, the gradient to the image is the output's gradient, convolved with the flipped kernel. */
export function lowerDepthwiseImageGradient(
  shape: ConvolutionShape,
  gradient: BufferView,
  kernel: BufferView,
  lowering: Lowering,
  epilogue: Epilogue,
): void {
  const flipped = flippedShape(shape)
  if (!flipped) {
    lowerImageGradient(shape, gradient, kernel, lowering, epilogue)
    return
  }
  const last = sizeOf(shape.kernel) - 1
  const weightOf = (tap: number): number => last - tap
  const name = 'imageGradient, flipped'
  walkWindows({ shape: flipped, image: gradient, kernel, name, weightOf }, lowering, epilogue)
}

interface WindowWalk {
  readonly shape: ConvolutionShape
  readonly image: BufferView
  readonly kernel: BufferView
  readonly name: string
  /** The tap of the kernel that belongs to a tap of the window. */
  weightOf(tap: number): number
}

/** Emits the launch: output rows are its items; the weights of a vector of channels serve a row's pixels in registers. */
function walkWindows(
  { shape, image, kernel, name, weightOf }: WindowWalk,
  lowering: Lowering,
  epilogue: Epilogue,
): void {
  const { batch, channels, output } = shape
  const [planes, height, width] = output
  const grid = batch * planes * height
  if (grid * width === 0) return
  const padded = withHalo(lowering, image, shape)
  const taps = tapOffsets(shape)

  lowering.launch({
    name: `depthwise convolution ${name} ${describeShape(shape)}`,
    grid,
    inPlace: epilogue.inPlace,
    report: {
      algorithm: 'lanes on channels, pixel by pixel',
      flops: convolutionFlops(shape),
      lanes: 'vector',
      ...(grid === 1 ? { singleThreaded: 'there is one row' } : {}),
    },
    build: (b, operands) => {
      const from = operands.read(padded)
      const weights = operands.read(kernel)
      const finish = epilogue.bind(b, operands)
      b.for(b.begin, b.end, 1, (row) => {
        const start = b.advance(from, firstElement(b, shape, row), 4)
        const firstPixel = b.mul(row, b.int(width))
        overChannels(b, channels, (channel, count) => {
          const [window, filter] = [b.advance(start, channel, 4), b.advance(weights, channel, 4)]
          const weight = (tap: number): Value => b.loadVector('f32', filter, 4 * channels * weightOf(tap))
          const held = taps.length <= heldTaps ? taps.map((_, tap) => weight(tap)) : []
          const zero = b.constant('f32v', 0)
          b.for(0, width, 1, (x) => {
            const at = b.advance(window, x, 4 * shape.strides[2] * channels)
            const sum = taps.reduce<Value>(
              (all, offset, tap) =>
                b.mulAdd(b.loadVector('f32', at, 4 * offset), held[tap] ?? weight(tap), all),
              zero,
            )
            finish.emitRow(b.add(firstPixel, x), channel, [sum as Value<'f32v'>], [count])
          })
        })
      })
    },
  })
}

/**
 * Lowers `dK[tap, c] = sum over images and pixels of image[pixel * stride + tap, c] * dY[pixel, c]`, with channels in lanes
 * and a sum for each tap. Output rows are dealt out in shares, whose number depends on the shape alone; a second launch
 * adds the shares up.
 */
export function lowerDepthwiseKernelGradient(
  shape: ConvolutionShape,
  image: BufferView,
  gradient: BufferView,
  lowering: Lowering,
  epilogue: Epilogue,
): void {
  const { batch, channels, output, strides } = shape
  const [planes, height, width] = output
  const taps = tapOffsets(shape)
  const rows = batch * planes * height
  // A share's sums should be few beside what it reads.
  const shareRows = Math.max(Math.ceil((2 * rows) / wantedItems), Math.ceil((2 * taps.length) / width), 1)
  const shares = Math.max(1, Math.ceil(rows / shareRows))
  const tiling = tileMatrix(taps.length, channels, lowering.traits)
  const rowBytes = 4 * tiling.lanes
  const sums = lowering.scratch('float32', shares * taps.length * tiling.lanes)
  const padded = withHalo(lowering, image, shape)

  lowering.launch({
    name: `depthwise convolution kernelGradient ${describeShape(shape)}`,
    grid: shares,
    report: {
      algorithm: `lanes on channels, a sum for each tap, rows dealt out in ${shares} shares`,
      flops: convolutionFlops(shape),
      lanes: 'vector',
      ...(shares === 1 ? { singleThreaded: 'the convolution is small' } : {}),
    },
    build: (b, operands) => {
      const from = operands.read(padded)
      const dy = operands.read(gradient)
      const to = operands.readWrite(sums)
      b.for(b.begin, b.end, 1, (share) => {
        const own = b.advance(to, share, taps.length * rowBytes)
        overChannels(b, channels, (channel) => {
          const at = b.advance(own, channel, 4)
          taps.forEach((_, tap) => {
            b.store('f32', at, b.constant('f32v', 0), tap * rowBytes)
          })
        })
        b.for(...blockRange(b, share, shareRows, rows), 1, (row) => {
          const imageRow = b.advance(from, firstElement(b, shape, row), 4)
          const gradientRow = b.advance(dy, row, 4 * width * channels)
          overChannels(b, channels, (channel) => {
            const at = b.advance(own, channel, 4)
            const [window, outer] = [b.advance(imageRow, channel, 4), b.advance(gradientRow, channel, 4)]
            for (let first = 0; first < taps.length; first += heldTaps) {
              const group = taps.slice(first, first + heldTaps)
              const totals = group.map((_, tap) =>
                b.variable(b.loadVector('f32', at, (first + tap) * rowBytes)),
              )
              b.for(0, width, 1, (x) => {
                const pixel = b.advance(window, x, 4 * strides[2] * channels)
                const slope = b.loadVector('f32', b.advance(outer, x, 4 * channels))
                group.forEach((offset, tap) => {
                  const value = b.loadVector('f32', pixel, 4 * offset)
                  b.set(totals[tap], b.mulAdd(value, slope, b.get(totals[tap])))
                })
              })
              totals.forEach((total, tap) => {
                b.store('f32', at, b.get(total), (first + tap) * rowBytes)
              })
            }
          })
        })
      })
    },
  })
  const columns = { ...shape, groups: 1 }
  addShares(columns, { view: sums, shares, rows: taps.length, tiling }, lowering, epilogue)
}

/** Where each tap of a window lies in the padded image from its first one, in elements. */
function tapOffsets(shape: ConvolutionShape): number[] {
  const { kernel, dilation } = shape
  const steps = imageSteps(shape)
  const along = (size: number, step: number): number[] => Array.from({ length: size }, (_, i) => i * step)
  return along(kernel[0], dilation[0] * steps.plane).flatMap((plane) =>
    along(kernel[1], dilation[1] * steps.row).flatMap((row) =>
      along(kernel[2], dilation[2] * steps.pixel).map((pixel) => plane + row + pixel),
    ),
  )
}

/** Where the windows of an output row begin in the padded images. Rows are numbered through all images and planes. */
function firstElement(b: LoopBuilder, shape: ConvolutionShape, row: Value<'i32'>): Value<'i32'> {
  const { output, padded, strides } = shape
  const steps = imageSteps(shape)
  const [slice, y] = divide(b, row, output[1])
  const [n, plane] = divide(b, slice, output[0])
  const inImage = b.add(
    b.mul(plane, b.int(strides[0] * steps.plane)),
    b.mul(y, b.int(strides[1] * steps.row)),
  )
  return b.add(b.mul(n, b.int(padded[0] * steps.plane)), inImage)
}

/** Runs `body` for each vector of channels, of which the first `count` lanes are some. */
function overChannels(
  b: LoopBuilder,
  channels: number,
  body: (channel: Value<'i32'>, count: number) => void,
): void {
  const rest = channels % b.width
  const whole = channels - rest
  if (whole > 0) b.for(0, whole, b.width, (channel) => body(channel, b.width))
  if (rest > 0) body(b.int(whole), rest)
}
