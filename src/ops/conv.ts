import { applyOne } from '../graph/node.js'
import { defineOp, type OpDefinition, type Reference } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { cast } from './cast.js'
import { convImageGradientOp } from './convImageGradient.js'
import { convKernelGradientOp } from './convKernelGradient.js'
import {
  type ConvOptions,
  type ConvolutionAttributes,
  convolutionGeometry,
  convolutionOutput,
} from './convolutionGeometry.js'
import { forEachCoordinate, indexer } from './reference.js'
import { asTensor, type TensorLike } from './tensor.js'

/**
 * Convolution over one, two or three spatial axes (cross-correlation, as in Keras: the kernel is not flipped):
 * `output[b, o, f] = sum over taps k and channels c of image[b, o * stride + k * dilation - padding, c] * kernel[k, c, f]`,
 * with zeros outside the image.
 *
 * @param image `[batch, ...spatial, channels]`
 * @param kernel `[...kernelSize, channels / groups, filters]`; filters are ordered by group
 * @returns `[batch, ...outputSpatial, filters]`, where each spatial size is
 *   `floor((size + padding - dilation * (kernelSize - 1) - 1) / stride) + 1`
 * @throws ShapeError if the channels do not fit, or the kernel is larger than the padded image
 */
export function conv(image: TensorLike, kernel: TensorLike, options: ConvOptions = {}): Tensor {
  const [x, w] = [cast(asTensor(image), 'float32'), cast(asTensor(kernel), 'float32')]
  return applyOne(convOp, [x, w], convolutionGeometry('conv', x.shape, w.shape, options))
}

export const convOp: OpDefinition<ConvolutionAttributes> = defineOp({
  name: 'conv',
  kind: { kind: 'convolution', form: 'forward', geometry: (attributes) => attributes },
  infer: ([image, kernel], attributes) => [convolutionOutput('conv', image, kernel, attributes)],
  gradient: ({ inputs: [image, kernel], attributes, gradients: [dy], needed }) =>
    dy
      ? [
          needed[0]
            ? applyOne(convImageGradientOp, [dy, kernel], { ...attributes, shape: image.shape })
            : undefined,
          needed[1]
            ? applyOne(convKernelGradientOp, [image, dy], { ...attributes, shape: kernel.shape })
            : undefined,
        ]
      : [],
  reference([image, kernel], attributes, [{ shape }]) {
    const output = { shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) }
    forEachProduct(image, kernel, output, attributes, (i, k, o) => {
      output.data[o] += image.data[i] * kernel.data[k]
    })
    return [output]
  },
})

/** Visits each product `image[i] * kernel[k]` that counts towards `output[o]`: what all three references sum over. */
export function forEachProduct(
  image: Pick<Reference, 'shape'>,
  kernel: Pick<Reference, 'shape'>,
  output: Pick<Reference, 'shape'>,
  { strides, padding, dilation, groups }: ConvolutionAttributes,
  visit: (imageIndex: number, kernelIndex: number, outputIndex: number) => void,
): void {
  const locateImage = indexer(image.shape)
  const locateKernel = indexer(kernel.shape)
  const rank = strides.length
  const [channels, filters] = kernel.shape.slice(rank)
  const spatial = image.shape.slice(1, -1)
  forEachCoordinate(output.shape, (at, outputIndex) => {
    const filter = at[rank + 1]
    const firstChannel = Math.floor(filter / (filters / groups)) * channels
    forEachCoordinate(kernel.shape.slice(0, rank), (tap) => {
      const place = tap.map((k, axis) => at[axis + 1] * strides[axis] + k * dilation[axis] - padding[axis][0])
      if (place.some((position, axis) => position < 0 || position >= spatial[axis])) return
      const imageBase = locateImage([at[0], ...place, firstChannel])
      const kernelBase = locateKernel([...tap, 0, filter])
      for (let c = 0; c < channels; c++) visit(imageBase + c, kernelBase + c * filters, outputIndex)
    })
  })
}
