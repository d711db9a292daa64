import { ShapeError } from '../errors.js'
import { applyOne } from '../graph/node.js'
import { defineOp, type OpDefinition } from '../graph/op.js'
import { type Shape, sameShape, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { cast } from './cast.js'
import { convOp, forEachProduct } from './conv.js'
import { convKernelGradientOp } from './convKernelGradient.js'
import {
  type ConvOptions,
  type ConvolutionAttributes,
  convolutionGeometry,
  convolutionOutput,
  geometryOf,
} from './convolutionGeometry.js'
import { asTensor, type TensorLike } from './tensor.js'

/**
 * The gradient of `conv` with respect to its image; also known as transposed convolution.
 *
 * @param outputGradient `[batch, ...outputSpatial, filters]`, of the shape that `conv` gives for an image of `imageShape`
 * @param kernel `[...kernelSize, channels / groups, filters]`
 * @param imageShape `[batch, ...spatial, channels]`
 * @param options those of the convolution
 */
export function convImageGradient(
  outputGradient: TensorLike,
  kernel: TensorLike,
  imageShape: Shape,
  options: ConvOptions = {},
): Tensor {
  const [dy, w] = [cast(asTensor(outputGradient), 'float32'), cast(asTensor(kernel), 'float32')]
  const geometry = convolutionGeometry('convImageGradient', imageShape, w.shape, options)
  return applyOne(convImageGradientOp, [dy, w], { ...geometry, shape: imageShape })
}

export const convImageGradientOp: OpDefinition<ConvolutionAttributes & { readonly shape: Shape }> = defineOp({
  name: 'convImageGradient',
  kind: { kind: 'convolution', form: 'imageGradient', geometry: (attributes) => attributes },
  infer([dy, kernel], attributes) {
    const image = { shape: attributes.shape, dtype: 'float32' } as const
    const expected = convolutionOutput('convImageGradient', image, kernel, attributes)
    if (!sameShape(dy.shape, expected.shape)) {
      throw new ShapeError(
        `convImageGradient: an image of ${showShape(image.shape)} gives an output of ${showShape(expected.shape)}; ` +
          `received ${showShape(dy.shape)} as its gradient.`,
      )
    }
    return [image]
  },
  gradient: ({ inputs: [dy, kernel], attributes, gradients: [g], needed }) =>
    g
      ? [
          needed[0] ? applyOne(convOp, [g, kernel], geometryOf(attributes)) : undefined,
          needed[1]
            ? applyOne(convKernelGradientOp, [g, dy], { ...attributes, shape: kernel.shape })
            : undefined,
        ]
      : [],
  reference([dy, kernel], attributes, [{ shape }]) {
    const image = { shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) }
    forEachProduct(image, kernel, dy, attributes, (i, k, o) => {
      image.data[i] += kernel.data[k] * dy.data[o]
    })
    return [image]
  },
})
