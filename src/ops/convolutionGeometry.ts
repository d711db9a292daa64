import { ArgumentError, ShapeError } from '../errors.js'
import type { ConvolutionGeometry, TensorType } from '../graph/op.js'
import { type Shape, showShape } from '../graph/shape.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'

/**
 * What is added around the spatial axes: nothing (`valid`); as much as makes the output `ceil(input / stride)` long, the
 * odd one at the end, as in TensorFlow (`same`); or amounts before and after each axis.
 */
export type Padding = 'valid' | 'same' | readonly (readonly [before: number, after: number])[]

export interface ConvOptions {
  /** Steps between windows: one number, or one for each spatial axis. Default: 1. */
  readonly strides?: number | readonly number[]
  /** Default: `valid`. */
  readonly padding?: Padding
  /** Distance between the kernel's taps. Default: 1. */
  readonly dilation?: number | readonly number[]
  /** Number of groups the channels are split into, each with its own filters. Default: 1. */
  readonly groups?: number
}

const convOptions: OptionKeys<ConvOptions> = { strides: true, padding: true, dilation: true, groups: true }

export interface PoolOptions {
  /** Size of the window: one number, or one for each spatial axis. */
  readonly size: number | readonly number[]
  /** Steps between windows. Default: the size. */
  readonly strides?: number | readonly number[]
  /** Default: `valid`. Padded positions never count. */
  readonly padding?: Padding
}

const poolOptions: OptionKeys<PoolOptions> = { size: true, strides: true, padding: true }

/** Attributes of convolution ops. */
export type ConvolutionAttributes = {
  readonly strides: readonly number[]
  readonly padding: readonly (readonly [number, number])[]
  readonly dilation: readonly number[]
  readonly groups: number
}

/** The geometry alone of attributes that say more. */
export const geometryOf = ({
  strides,
  padding,
  dilation,
  groups,
}: ConvolutionAttributes): ConvolutionAttributes => ({
  strides,
  padding,
  dilation,
  groups,
})

/** Attributes of window ops. */
export type WindowAttributes = {
  readonly size: readonly number[]
  readonly strides: readonly number[]
  readonly padding: readonly (readonly [number, number])[]
}

/** The options resolved for an image and a kernel. */
export function convolutionGeometry(
  what: string,
  image: Shape,
  kernel: Shape,
  options: ConvOptions,
): ConvolutionAttributes {
  checkOptions(options, what, undefined, convOptions)
  const rank = image.length - 2
  if (rank < 1 || kernel.length !== image.length) {
    throw new ShapeError(
      `${what}: expected an image [batch, ...spatial, channels] and a kernel [...kernelSize, channels / groups, filters] ` +
        `of equal rank, 3 or more; received ${showShape(image)} and ${showShape(kernel)}.`,
    )
  }
  const strides = perAxis(options.strides ?? 1, rank, 1, `${what}: strides`)
  const dilation = perAxis(options.dilation ?? 1, rank, 1, `${what}: dilation`)
  const groups = options.groups ?? 1
  const channels = image[image.length - 1]
  const [perGroup, filters] = kernel.slice(-2)
  if (!Number.isInteger(groups) || groups < 1 || perGroup * groups !== channels || filters % groups !== 0) {
    throw new ShapeError(
      `${what}: image ${showShape(image)}, kernel ${showShape(kernel)}, ${groups} group(s): the kernel's channels ` +
        `(${perGroup}) times the groups must be the image's (${channels}), and the filters (${filters}) divide by the groups.`,
    )
  }
  const extents = dilation.map((step, axis) => step * (kernel[axis] - 1) + 1)
  const padding = resolvePadding(what, options.padding ?? 'valid', image.slice(1, -1), extents, strides)
  return { strides, padding, dilation, groups }
}

/** The options resolved for an image. */
export function windowGeometry(what: string, image: Shape, options: PoolOptions): WindowAttributes {
  checkOptions(options, what, undefined, poolOptions)
  const rank = image.length - 2
  if (rank < 1) {
    throw new ShapeError(
      `${what}: expected an image [batch, ...spatial, channels] of rank 3 or more, received ${showShape(image)}.`,
    )
  }
  const size = perAxis(options.size, rank, 1, `${what}: size`)
  const strides = perAxis(options.strides ?? size, rank, 1, `${what}: strides`)
  const padding = resolvePadding(what, options.padding ?? 'valid', image.slice(1, -1), size, strides)
  if (padding.some(([before, after], axis) => before >= size[axis] || after >= size[axis])) {
    throw new ArgumentError(
      `${what}: padding ${JSON.stringify(padding)} is not smaller than the window [${size.join(', ')}], so that some ` +
        'windows would hold nothing.',
    )
  }
  return { size, strides, padding }
}

/**
 * How many windows fit along each spatial axis: `floor((input + padding - extent) / stride) + 1`.
 * @throws ShapeError if a window is larger than its padded axis
 */
export function windowCounts(
  what: string,
  spatial: Shape,
  extents: readonly number[],
  {
    strides,
    padding,
  }: { readonly strides: readonly number[]; readonly padding: readonly (readonly [number, number])[] },
): number[] {
  return spatial.map((size, axis) => {
    const room = size + padding[axis][0] + padding[axis][1] - extents[axis]
    if (room < 0) {
      throw new ShapeError(
        `${what}: a window of ${extents[axis]} does not fit spatial axis ${axis} of ${showShape(spatial)} with padding ` +
          `${JSON.stringify(padding[axis])}. Use padding 'same', a smaller window, or a larger input.`,
      )
    }
    return Math.floor(room / strides[axis]) + 1
  })
}

/** The output type of a convolution. */
export function convolutionOutput(
  what: string,
  image: TensorType,
  kernel: TensorType,
  geometry: ConvolutionGeometry,
): TensorType {
  const extents = geometry.dilation.map((step, axis) => step * (kernel.shape[axis] - 1) + 1)
  const counts = windowCounts(what, image.shape.slice(1, -1), extents, geometry)
  return { shape: [image.shape[0], ...counts, kernel.shape[kernel.shape.length - 1]], dtype: 'float32' }
}

function perAxis(
  value: number | readonly number[],
  rank: number,
  least: number,
  what: string,
): readonly number[] {
  const list = typeof value === 'number' ? new Array<number>(rank).fill(value) : value
  if (list.length !== rank || list.some((one) => !Number.isInteger(one) || one < least)) {
    throw new ArgumentError(
      `${what}: expected a positive integer or ${rank} of them, received ${JSON.stringify(value)}.`,
    )
  }
  return list
}

function resolvePadding(
  what: string,
  padding: Padding,
  spatial: Shape,
  extents: readonly number[],
  strides: readonly number[],
): readonly (readonly [number, number])[] {
  if (padding === 'valid') return spatial.map(() => [0, 0])
  if (padding === 'same') {
    return spatial.map((size, axis) => {
      const count = Math.ceil(size / strides[axis])
      const total = Math.max(0, (count - 1) * strides[axis] + extents[axis] - size)
      return [Math.floor(total / 2), Math.ceil(total / 2)]
    })
  }
  const fits =
    Array.isArray(padding) &&
    padding.length === spatial.length &&
    padding.every(
      (pair) => pair.length === 2 && pair.every((amount: number) => Number.isInteger(amount) && amount >= 0),
    )
  if (!fits) {
    throw new ArgumentError(
      `${what}: expected padding 'valid', 'same' or ${spatial.length} pair(s) of non-negative integers, received ${JSON.stringify(padding)}.`,
    )
  }
  return padding
}
