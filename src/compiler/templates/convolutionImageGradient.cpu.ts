import { sizeOf } from '../../graph/shape.js'
import type { BufferView, Epilogue, Lowering } from '../lowering.js'
import { lowerProduct } from './contraction.cpu.js'
import { convolve, isMatrixProduct } from './convolutionForward.cpu.js'
import {
  type ConvolutionShape,
  flippedShape,
  groupChannels,
  groupFilters,
  hasRuns,
} from './convolutionShape.js'
import { withHalo } from './haloCopy.cpu.js'
import { packPanels } from './packing.cpu.js'
import { alikePanels, type Tiling, tileInPanels, tileMatrix } from './tiling.js'
import { addWindows } from './windowAdd.cpu.js'

/**
 * Lowers the gradient of a convolution with respect to its image:
 * `dX[pixel * stride + tap, channel] += sum over filters of dY[pixel, filter] * K[tap, channel, filter]`.
 *
 * Two ways, of which the one with fewer counted cycles is taken:
 * - window adds: a matrix product gives all (tap of one kernel row, channel) values that each pixel sends to one row of
 *   the image, and adds them there, where windows overlap. Computes nothing in vain.
 * - flipped: the output gradient within a halo of zeros, convolved with the flipped kernel (strides of 1 only). Computes
 *   with the halo's zeros, but adds nothing in memory.
 */
export function lowerImageGradient(
  shape: ConvolutionShape,
  gradient: BufferView,
  kernel: BufferView,
  lowering: Lowering,
  epilogue: Epilogue,
): void {
  if (isMatrixProduct(shape)) {
    const rows = shape.batch * sizeOf(shape.output)
    const sizes = { batch: 1, rows, depth: shape.filters, columns: shape.channels }
    const operands = { a: gradient, transposeA: false, b: kernel, transposeB: true }
    lowerProduct(
      { name: 'convolution 1x1 imageGradient as product', ...sizes, ...operands },
      lowering,
      epilogue,
    )
    return
  }
  const { traits, cut } = lowering
  const { width } = traits
  const counted = { ...traits, ...countedTile }
  const lanes = hasRuns(shape) ? shape.kernel[2] * shape.channels : groupChannels(shape)
  const windows = tileMatrix(shape.output[2], lanes, counted)
  const windowCycles = countWindowCycles(shape, lanes, windows, width)
  const flipped = flippedShape(shape)
  const { efficiency } = tileMatrix(shape.image[2], groupChannels(shape), counted)
  const flippedCycles = flipped
    ? (sizeOf(shape.image) * macsPerPixel(shape)) / (2 * width * efficiency)
    : Number.POSITIVE_INFINITY
  const reason = flipped
    ? `${kilo(windowCycles)} cycles an image counted, ${kilo(flippedCycles)} as a flipped convolution`
    : 'strides or padding rule out a flipped convolution'

  if (!flipped || windowCycles <= flippedCycles) {
    // Windows that overlap are added up panel by panel.
    const vectors = windows.classes[0]?.vectors ?? 1
    const tall = cut.tile?.vectors === vectors ? cut.tile.rows : undefined
    const tiling = tileInPanels(shape.output[2], lanes, vectors, traits, tall)
    addWindows({ shape, gradient, kernel, tiling, reason }, lowering, epilogue)
    return
  }
  const flippedTiling = alikePanels(tileMatrix(shape.image[2], groupChannels(shape), traits, cut), epilogue)
  const packed = packPanels(lowering, flippedKernel(shape, kernel), flippedTiling)
  const image = withHalo(lowering, gradient, flipped)
  convolve(
    { shape: flipped, image, filters: packed, tiling: flippedTiling },
    `imageGradient, flipped (${kilo(flippedCycles)} cycles an image counted, ${kilo(windowCycles)} by window adds)`,
    lowering,
    epilogue,
  )
}

const kilo = (count: number): string => `${Math.round(count / 1000)}k`

/**
 * The tile that the form and the panels' width are chosen for, whatever tile is used: they decide in which order is summed,
 * and a result must not depend on what a probe of the engine found.
 */
const countedTile = { tile: { rows: 4, vectors: 2 }, accumulators: 8 }

/** Multiplications and additions for one pixel of the image and all its channels. */
const macsPerPixel = (shape: ConvolutionShape): number =>
  sizeOf(shape.kernel) * groupChannels(shape) * shape.filters

/** Cycles that adding one vector into memory takes beside the micro-kernel. */
const addCycles = 1.5

function countWindowCycles(shape: ConvolutionShape, lanes: number, tiling: Tiling, width: number): number {
  const { kernel, output, image, groups, dilation } = shape
  const runs = hasRuns(shape) ? 1 : kernel[2]
  const rowPairs = kernel[0] * kernel[1] * output[0] * output[1]
  const macs = rowPairs * output[2] * lanes * runs * groups * groupFilters(shape)
  const addsPerRow = kernel[0] * (dilation[1] === 1 ? 1 : kernel[1]) * runs * groups
  const adds = image[0] * image[1] * addsPerRow * output[2] * (tiling.lanes / width)
  return macs / (2 * width * tiling.efficiency) + addCycles * adds
}

/** B[(tap from the last to the first, filter), channel]. */
function flippedKernel(shape: ConvolutionShape, view: BufferView) {
  const { kernel, filters, groups } = shape
  const tap = groupChannels(shape) * filters
  return {
    view,
    offset: (sizeOf(kernel) - 1) * tap,
    matrices: [{ count: groups, stride: groupFilters(shape) }],
    depth: [
      { count: sizeOf(kernel), stride: -tap },
      { count: groupFilters(shape), stride: 1 },
    ],
    columns: groupChannels(shape),
    columnStride: filters,
  }
}
