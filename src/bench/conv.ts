import { conv } from '../ops/conv.js'
import { convImageGradient } from '../ops/convImageGradient.js'
import { convKernelGradient } from '../ops/convKernelGradient.js'
import type { Padding } from '../ops/convolutionGeometry.js'
import type { Benchmark } from './benchmark.js'
import { opBenchmark } from './opBenchmark.js'

export interface ConvolutionShape {
  readonly name: string
  readonly batch: number
  /** Height and width of the image, and of the output. */
  readonly image: number
  readonly output: number
  readonly channels: number
  readonly filters: number
  /** Height and width of the kernel. */
  readonly kernel: number
  readonly padding: Padding
  /** Whether the gradient to the image is needed: not in a first layer. */
  readonly imageGradient: boolean
}

/** The LeNet's two layers at its batch of 128, and four stages of a residual network at a batch of 8. */
const shapes: readonly ConvolutionShape[] = [
  {
    name: 'LeNet 1: 5x5, 28x28x1 to 20',
    ...{ batch: 128, image: 28, output: 24, channels: 1, filters: 20, kernel: 5 },
    ...{ padding: 'valid', imageGradient: false },
  },
  {
    name: 'LeNet 2: 5x5, 12x12x20 to 50',
    ...{ batch: 128, image: 12, output: 8, channels: 20, filters: 50, kernel: 5 },
    ...{ padding: 'valid', imageGradient: true },
  },
  ...(
    [
      [64, 56],
      [128, 28],
      [256, 14],
      [512, 7],
    ] as const
  ).map(
    ([channels, image]): ConvolutionShape => ({
      name: `3x3 same, ${image}x${image}x${channels}`,
      ...{ batch: 8, image, output: image, channels, filters: channels, kernel: 3 },
      ...{ padding: 'same', imageGradient: true },
    }),
  ),
]

/**
 * Floating-point operations of a convolution: a product and a sum for each output, tap, channel and filter. Taps on padding
 * count too. Each of the two gradients takes as many.
 */
export const forwardFlops = ({
  batch,
  output,
  channels,
  filters,
  kernel,
}: Pick<ConvolutionShape, 'batch' | 'output' | 'channels' | 'filters' | 'kernel'>): number =>
  2 * batch * output ** 2 * filters * kernel ** 2 * channels

/** Convolutions forward and backward. */
export const convBenchmarks: readonly Benchmark[] = shapes.map((shape) => {
  const { batch, image, output, channels, filters, kernel, padding, imageGradient } = shape
  const imageShape = [batch, image, image, channels]
  const kernelShape = [kernel, kernel, channels, filters]
  return opBenchmark({
    name: shape.name,
    flops: forwardFlops(shape) * (imageGradient ? 3 : 2),
    operands: [imageShape, kernelShape, [batch, output, output, filters]],
    compute: ([x, w, dy]) => [
      conv(x, w, { padding }),
      convKernelGradient(x, dy, kernelShape, { padding }),
      ...(imageGradient ? [convImageGradient(dy, w, imageShape, { padding })] : []),
    ],
  })
})
