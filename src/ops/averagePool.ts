import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import type { Shape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { type PoolOptions, type WindowAttributes, windowGeometry } from './convolutionGeometry.js'
import { divide } from './divide.js'
import { multiply } from './multiply.js'
import { pooledShape } from './pooling.js'
import { referenceOf } from './reference.js'
import { sumPool } from './sumPool.js'
import { asTensor, type TensorLike } from './tensor.js'

/**
 * Mean over each window of the spatial axes. At a padded border the sum is divided by the number of real positions, as in
 * TensorFlow and Keras.
 * @param x `[batch, ...spatial, channels]`
 */
export function averagePool(x: TensorLike, options: PoolOptions): Tensor {
  const image = asTensor(x)
  const geometry = windowGeometry('averagePool', image.shape, options)
  const total = sumPool(image, options)
  if (geometry.padding.every(([before, after]) => before === 0 && after === 0)) {
    return multiply(total, 1 / geometry.size.reduce((a, b) => a * b, 1))
  }
  return divide(total, applyOne(windowCountOp, [], { ...geometry, image: image.shape }))
}

/** How many real positions each window holds, for the whole output at once. */
const windowCountOp = defineOp<WindowAttributes & { readonly image: Shape }>({
  name: 'windowCount',
  kind: {
    kind: 'elementwise',
    positional: true,
    expression(math, _, { size, strides, padding, image }) {
      // Along one axis: min(first + size, image) - max(first, 0), where first is the window's first position.
      const counts = size.map((extent, axis) => {
        const first = math.sub(
          math.mul(math.coordinate(axis + 1), math.int(strides[axis])),
          math.int(padding[axis][0]),
        )
        const end = math.min(math.add(first, math.int(extent)), math.int(image[axis + 1]))
        return math.sub(end, math.max(first, math.int(0)))
      })
      return math.toFloat(counts.reduce((product, count) => math.mul(product, count)))
    },
  },
  infer: (_, { image, ...geometry }) => [
    { shape: pooledShape('averagePool', image, geometry), dtype: 'float32' },
  ],
  reference: (_, { size, strides, padding, image }, [output]) => [
    referenceOf(output.shape, (at) =>
      size.reduce((product, extent, axis) => {
        const first = at[axis + 1] * strides[axis] - padding[axis][0]
        const inside = Array.from({ length: extent }, (__, i) => first + i)
        return product * inside.filter((position) => position >= 0 && position < image[axis + 1]).length
      }, 1),
    ),
  ],
})
