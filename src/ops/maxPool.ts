import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { argmax } from './argmax.js'
import { cast } from './cast.js'
import { type PoolOptions, type WindowAttributes, windowGeometry } from './convolutionGeometry.js'
import { expandDims } from './expandDims.js'
import { extractPatches } from './extractPatches.js'
import { checkPooled, forEachWindow, pooledShape } from './pooling.js'
import { squeeze } from './squeeze.js'
import { takeAlongAxis } from './takeAlongAxis.js'
import { asTensor, type TensorLike, zerosLike } from './tensor.js'

/**
 * Maximum over each window of the spatial axes. The gradient goes to the window's first maximum in row-major order alone.
 * @param x `[batch, ...spatial, channels]`
 * @returns `[batch, ...outputSpatial, channels]`, where each spatial size is `floor((size + padding - window) / stride) + 1`
 */
export function maxPool(x: TensorLike, options: PoolOptions): Tensor {
  const image = cast(asTensor(x), 'float32')
  return applyOne(maxPoolOp, [image], windowGeometry('maxPool', image.shape, options))
}

const maxPoolOp = defineOp<WindowAttributes>({
  name: 'maxPool',
  kind: { kind: 'window', form: 'reduce', combine: 'max', geometry: (attributes) => attributes },
  infer: ([x], attributes) => [{ shape: pooledShape('maxPool', x.shape, attributes), dtype: x.dtype }],
  gradient: ({ inputs: [x], attributes, gradients: [dy] }) => [
    dy && applyOne(maxPoolGradientOp, [x, dy], attributes),
  ],
  reference([x], attributes, [{ shape }]) {
    const output = { shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) }
    forEachWindow(x, output, attributes, (o, places) => {
      output.data[o] = Math.max(...places.map((place) => x.data[place]))
    })
    return [output]
  },
})

/** Each window's value added to the place of its first maximum: inputs (x, output gradient). */
const maxPoolGradientOp = defineOp<WindowAttributes>({
  name: 'maxPoolGradient',
  kind: { kind: 'window', form: 'gradient', combine: 'max', geometry: (attributes) => attributes },
  infer([x, dy], attributes) {
    checkPooled('maxPoolGradient', dy, x.shape, attributes)
    return [{ shape: x.shape, dtype: dy.dtype }]
  },
  // Linear in dy: what reached a window's maximum is read back from there. Piecewise constant in x.
  gradient({ inputs: [x], attributes, gradients: [g], needed }) {
    if (!g) return []
    const at = expandDims(argmax(extractPatches(x, attributes, Number.NEGATIVE_INFINITY), { axis: -1 }), -1)
    return [
      needed[0] ? zerosLike(x) : undefined,
      needed[1] ? squeeze(takeAlongAxis(extractPatches(g, attributes, 0), at, -1), -1) : undefined,
    ]
  },
  reference([x, dy], attributes, [{ shape }]) {
    const image = { shape, data: new Float64Array(x.data.length) }
    forEachWindow(x, dy, attributes, (o, places) => {
      const first = places.reduce((best, place) => (x.data[place] > x.data[best] ? place : best))
      image.data[first] += dy.data[o]
    })
    return [image]
  },
})
