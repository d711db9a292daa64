import type { OperationNode } from '../../graph/node.js'
import type { Convolution, ConvolutionGeometry } from '../../graph/op.js'
import { type Shape, sizeOf } from '../../graph/shape.js'

/** Sizes along depth, height and width. Images with fewer spatial axes have size 1 along the first ones. */
export type Spatial = readonly [depth: number, height: number, width: number]

/** A convolution in the one form that all loops are written for, whichever of its tensors is computed. */
export interface ConvolutionShape {
  readonly batch: number
  readonly image: Spatial
  /** Zeros before each axis of the image. */
  readonly before: Spatial
  /** The image with the zeros around it. */
  readonly padded: Spatial
  readonly output: Spatial
  readonly kernel: Spatial
  readonly strides: Spatial
  readonly dilation: Spatial
  readonly channels: number
  readonly filters: number
  readonly groups: number
}

const spatial = (sizes: readonly number[], missing: number): Spatial => {
  const padded = [...new Array<number>(3 - sizes.length).fill(missing), ...sizes]
  return [padded[0], padded[1], padded[2]]
}

export function convolutionShape(
  node: OperationNode,
  form: Convolution<never>['form'],
  geometry: ConvolutionGeometry,
): ConvolutionShape {
  const [first, second] = node.inputs.map(({ shape }) => shape)
  const result = node.outputs[0].shape
  const image = form === 'imageGradient' ? result : first
  const kernel = form === 'kernelGradient' ? result : second
  const output = { forward: result, imageGradient: first, kernelGradient: second }[form]
  return shapeFrom(image, kernel, output, geometry)
}

function shapeFrom(
  image: Shape,
  kernel: Shape,
  output: Shape,
  { strides, padding, dilation, groups }: ConvolutionGeometry,
): ConvolutionShape {
  const size = spatial(image.slice(1, -1), 1)
  const before = spatial(
    padding.map(([first]) => first),
    0,
  )
  const after = spatial(
    padding.map(([, last]) => last),
    0,
  )
  const padded = (axis: 0 | 1 | 2): number => size[axis] + before[axis] + after[axis]
  return {
    batch: image[0],
    image: size,
    before,
    padded: [padded(0), padded(1), padded(2)],
    output: spatial(output.slice(1, -1), 1),
    kernel: spatial(kernel.slice(0, -2), 1),
    strides: spatial(strides, 1),
    dilation: spatial(dilation, 1),
    channels: image[image.length - 1],
    filters: kernel[kernel.length - 1],
    groups,
  }
}

/** Channels of the image, and filters, that belong to one group. */
export const groupChannels = ({ channels, groups }: ConvolutionShape): number => channels / groups
export const groupFilters = ({ filters, groups }: ConvolutionShape): number => filters / groups

/**
 * True if the (width, channel) values under one row of the kernel lie side by side in the image, so that they are one
 * run of `kernel width * channels`.
 */
export const hasRuns = ({ dilation, groups, kernel }: ConvolutionShape): boolean =>
  groups === 1 && (dilation[2] === 1 || kernel[2] === 1)

export const isPadded = ({ image, padded }: ConvolutionShape): boolean => sizeOf(image) !== sizeOf(padded)

/** Multiplications and additions that the convolution is made of. Those with padding count too. */
export const convolutionFlops = (shape: ConvolutionShape): number =>
  2 * shape.batch * sizeOf(shape.output) * sizeOf(shape.kernel) * groupChannels(shape) * shape.filters

/** For names of launches: `128 x 12x12x20 * 5x5 -> 50`. */
export function describeShape({ batch, image, channels, kernel, filters }: ConvolutionShape): string {
  const from = image[0] > 1 ? image : image.slice(1)
  const taps = kernel[0] > 1 ? kernel : kernel.slice(1)
  return `${batch} x ${from.join('x')}x${channels} * ${taps.join('x')} -> ${filters}`
}

/** What a report says of lanes that groups leave empty. */
export function lanesOf(lanesPerGroup: number, width: number): 'vector' | { readonly scalar: string } {
  return lanesPerGroup === 1 && width > 1 ? { scalar: 'each group fills one lane' } : 'vector'
}

/** Elements from one pixel, row and plane of the padded image to the next. */
export function imageSteps({ padded, channels }: ConvolutionShape): {
  readonly pixel: number
  readonly row: number
  readonly plane: number
} {
  const row = padded[2] * channels
  return { pixel: channels, row, plane: padded[1] * row }
}

/** The convolution that computes the gradient from dY with the flipped kernel, if there is one. */
export function flippedShape(shape: ConvolutionShape): ConvolutionShape | undefined {
  const { image, before, padded, output, kernel, strides, dilation } = shape
  const axes = [0, 1, 2] as const
  const each = (size: (axis: 0 | 1 | 2) => number): Spatial => [size(0), size(1), size(2)]
  const reach = each((axis) => dilation[axis] * (kernel[axis] - 1))
  const haloBefore = each((axis) => reach[axis] - before[axis])
  const fits = axes.every((axis) => {
    const after = padded[axis] - image[axis] - before[axis]
    return strides[axis] === 1 && haloBefore[axis] >= 0 && reach[axis] >= after
  })
  if (!fits) return undefined
  return {
    ...shape,
    image: output,
    before: haloBefore,
    padded: each((axis) => image[axis] + reach[axis]),
    output: image,
    channels: shape.filters,
    filters: shape.channels,
  }
}
