import { ShapeError } from '../errors.js'
import { applyOne } from '../graph/node.js'
import { defineOp, type OpDefinition } from '../graph/op.js'
import { type Shape, sameShape, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { cast } from './cast.js'
import { convOp, forEachProduct } from './conv.js'
import { convImageGradientOp } from './convImageGradient.js'
import {
  type ConvOptions,
  type ConvolutionAttributes,
  convolutionGeometry,
  convolutionOutput,
  geometryOf,
} from './convolutionGeometry.js'
import { asTensor, type TensorLike } from './tensor.js'

/**
 * The gradient of `conv` with respect to its kernel.
 *
 * @param image `[batch, ...spatial, channels]`
 * @param outputGradient `[batch, ...outputSpatial, filters]`, of the shape that `conv` gives
 * @param kernelShape `[...kernelSize, channels / groups, filters]`
 * @param options those of the convolution
 */
export function convKernelGradient(
  image: TensorLike,
  outputGradient: TensorLike,
  kernelShape: Shape,
  options: ConvOptions = {},
): Tensor {
  const [x, dy] = [cast(asTensor(image), 'float32'), cast(asTensor(outputGradient), 'float32')]
  const geometry = convolutionGeometry('convKernelGradient', x.shape, kernelShape, options)
  return applyOne(convKernelGradientOp, [x, dy], { ...geometry, shape: kernelShape })
}

export const convKernelGradientOp: OpDefinition<ConvolutionAttributes & { readonly shape: Shape }> = defineOp(
  {
    name: 'convKernelGradient',
    kind: { kind: 'convolution', form: 'kernelGradient', geometry: (attributes) => attributes },
    infer([image, dy], attributes) {
      const kernel = { shape: attributes.shape, dtype: 'float32' } as const
      const expected = convolutionOutput('convKernelGradient', image, kernel, attributes)
      if (!sameShape(dy.shape, expected.shape)) {
        throw new ShapeError(
          `convKernelGradient: an image of ${showShape(image.shape)} and a kernel of ${showShape(kernel.shape)} give an ` +
            `output of ${showShape(expected.shape)}; received ${showShape(dy.shape)} as its gradient.`,
        )
      }
      return [kernel]
    },
    gradient: ({ inputs: [image, dy], attributes, gradients: [g], needed }) =>
      g
        ? [
            needed[0]
              ? applyOne(convImageGradientOp, [dy, g], { ...attributes, shape: image.shape })
              : undefined,
            needed[1] ? applyOne(convOp, [image, g], geometryOf(attributes)) : undefined,
          ]
        : [],
    reference([image, dy], attributes, [{ shape }]) {
      const kernel = { shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) }
      forEachProduct(image, kernel, dy, attributes, (i, k, o) => {
        kernel.data[k] += image.data[i] * dy.data[o]
      })
      return [kernel]
    },
  },
)
