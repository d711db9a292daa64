import { ArgumentError, ShapeError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { cast } from './cast.js'
import { matmul } from './matmul.js'
import { reshape } from './reshape.js'
import { take } from './take.js'
import { asTensor, type TensorLike, tensor } from './tensor.js'

/** How a value between pixels follows from those around. */
export type Interpolation = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos3' | 'lanczos5'

export interface ResizeOptions {
  /** Default: `'bilinear'`. */
  readonly interpolation?: Interpolation
  /** When images become smaller, take all pixels of the place into account, not only those next to it. Default: false. */
  readonly antialias?: boolean
}

const resizeOptions: OptionKeys<ResizeOptions> = { interpolation: true, antialias: true }

/** The weight of a pixel by its distance, in pixels, from the place that is asked for. */
interface Kernel {
  readonly radius: number
  weight(distance: number): number
}

const lanczos = (radius: number): Kernel => ({
  radius,
  weight(distance) {
    if (distance >= radius) return 0
    const angle = Math.PI * distance
    return distance === 0 ? 1 : (radius * Math.sin(angle) * Math.sin(angle / radius)) / angle ** 2
  },
})

const kernels: Record<Exclude<Interpolation, 'nearest'>, Kernel> = {
  bilinear: { radius: 1, weight: (distance) => Math.max(0, 1 - distance) },
  // Keys, Cubic convolution interpolation for digital image processing, 1981, with a = -1/2.
  bicubic: {
    radius: 2,
    weight: (d) => (d <= 1 ? (1.5 * d - 2.5) * d ** 2 + 1 : d < 2 ? ((2.5 - 0.5 * d) * d - 4) * d + 2 : 0),
  },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
}

export const interpolations = ['nearest', ...Object.keys(kernels)] as readonly Interpolation[]

/**
 * Images in another size: `[batch, height, width, channels]` to `[batch, ...size, channels]`, in `float32` (Keras's
 * `ops.image.resize`). Pixels are squares: output `i` of m lies at `(i + 1/2) n / m - 1/2` among n inputs. Each output is a mean of
 * the inputs around, weighted by a kernel of their distance; places outside the image have no weight.
 *
 * @throws ShapeError unless `x` has four axes; ArgumentError for sizes that are no positive integers
 */
export function resize(
  x: TensorLike,
  size: readonly [height: number, width: number],
  options: ResizeOptions = {},
): Tensor {
  checkOptions(options, 'resize', undefined, resizeOptions)
  const { interpolation = 'bilinear', antialias = false } = options
  const images = cast(asTensor(x), 'float32')
  if (images.rank !== 4) {
    throw new ShapeError(
      `resize: expected images [batch, height, width, channels], received shape ${showShape(images.shape)}.`,
    )
  }
  if (size.length !== 2 || size.some((one) => !Number.isInteger(one) || one < 1)) {
    throw new ArgumentError(`resize: expected a size of two positive integers, received [${size}].`)
  }
  if (!interpolations.includes(interpolation)) {
    throw new ArgumentError(
      `resize: interpolation: expected ${interpolations.map((name) => `'${name}'`).join(' or ')}, received '${interpolation}'.`,
    )
  }
  const along = (value: Tensor, axis: number) =>
    interpolation === 'nearest'
      ? nearest(value, axis, size[axis - 1])
      : weighted(value, axis, size[axis - 1], kernels[interpolation], antialias)
  return along(along(images, 1), 2)
}

function nearest(x: Tensor, axis: number, count: number): Tensor {
  const length = x.shape[axis]
  const sources = Int32Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * length) / count))
  return take(x, tensor(sources), axis)
}

/** The product of a matrix of weights with an axis: what lies before it are matrices of their own, what lies behind columns. */
function weighted(x: Tensor, axis: number, count: number, kernel: Kernel, antialias: boolean): Tensor {
  const length = x.shape[axis]
  if (length === count) return x
  const weights = tensor(weightMatrix(length, count, kernel, antialias), { shape: [count, length] })
  const batches = x.shape.slice(0, axis).reduce((a, b) => a * b, 1)
  return reshape(matmul(weights, reshape(x, [batches, length, -1])), x.shape.with(axis, count))
}

/** How much input `j` of `length` counts for output `i` of `count`: rows that sum to 1. */
function weightMatrix(
  length: number,
  count: number,
  kernel: Kernel,
  antialias: boolean,
): Float32Array<ArrayBuffer> {
  const step = length / count
  const stretch = antialias ? Math.max(step, 1) : 1
  const reach = kernel.radius * stretch
  const matrix = new Float32Array(count * length)
  for (let i = 0; i < count; i++) {
    const place = (i + 0.5) * step - 0.5
    const first = Math.max(0, Math.ceil(place - reach))
    const last = Math.min(length - 1, Math.floor(place + reach))
    const row = Array.from({ length: last - first + 1 }, (_, k) =>
      kernel.weight(Math.abs(first + k - place) / stretch),
    )
    const total = row.reduce((a, b) => a + b, 0)
    row.forEach((weight, k) => {
      matrix[i * length + first + k] = weight / total
    })
  }
  return matrix
}
