import { applyOne } from '../graph/node.js'
import { defineOp, type OpDefinition } from '../graph/op.js'
import type { Shape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { cast } from './cast.js'
import { type PoolOptions, type WindowAttributes, windowGeometry } from './convolutionGeometry.js'
import { checkPooled, forEachWindow, pooledShape } from './pooling.js'
import { asTensor, type TensorLike } from './tensor.js'

/**
 * Sum over each window of the spatial axes.
 * @param x `[batch, ...spatial, channels]`
 * @returns `[batch, ...outputSpatial, channels]`, where each spatial size is `floor((size + padding - window) / stride) + 1`
 */
export function sumPool(x: TensorLike, options: PoolOptions): Tensor {
  const image = cast(asTensor(x), 'float32')
  return applyOne(sumPoolOp, [image], windowGeometry('sumPool', image.shape, options))
}

const sumPoolOp: OpDefinition<WindowAttributes> = defineOp({
  name: 'sumPool',
  kind: { kind: 'window', form: 'reduce', combine: 'sum', geometry: (attributes) => attributes },
  infer: ([x], attributes) => [{ shape: pooledShape('sumPool', x.shape, attributes), dtype: x.dtype }],
  gradient: ({ inputs: [x], attributes, gradients: [dy] }) => [
    dy && applyOne(sumPoolGradientOp, [dy], { ...attributes, shape: x.shape }),
  ],
  reference([x], attributes, [{ shape }]) {
    const output = { shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) }
    forEachWindow(x, output, attributes, (o, places) => {
      for (const place of places) output.data[o] += x.data[place]
    })
    return [output]
  },
})

/** Each window's value added to all its places. */
const sumPoolGradientOp: OpDefinition<WindowAttributes & { readonly shape: Shape }> = defineOp({
  name: 'sumPoolGradient',
  kind: { kind: 'window', form: 'gradient', combine: 'sum', geometry: (attributes) => attributes },
  infer([dy], attributes) {
    checkPooled('sumPoolGradient', dy, attributes.shape, attributes)
    return [{ shape: attributes.shape, dtype: dy.dtype }]
  },
  gradient: ({ attributes: { size, strides, padding }, gradients: [g] }) => [
    g && applyOne(sumPoolOp, [g], { size, strides, padding }),
  ],
  reference([dy], attributes, [{ shape }]) {
    const image = { shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) }
    forEachWindow(image, dy, attributes, (o, places) => {
      for (const place of places) image.data[place] += dy.data[o]
    })
    return [image]
  },
})
