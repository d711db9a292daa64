import { ShapeError } from '../errors.js'
import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import { checkShape, type Shape, sameShape, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { reader, referenceOf } from './reference.js'
import { reshape } from './reshape.js'
import { sum } from './sum.js'
import { asTensor, type TensorLike } from './tensor.js'

/**
 * `x` stretched to `shape`: axes are aligned at the last one, and those of size 1 or missing repeat.
 * @throws ShapeError if an axis has neither size 1 nor the wanted size
 */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  checkShape(shape, 'broadcastTo')
  const value = asTensor(x)
  return sameShape(value.shape, shape) ? value : applyOne(broadcastToOp, [value], { shape })
}

/** Axes of `shape` along which a tensor of shape `from` repeats. */
const stretchedAxes = (from: Shape, shape: Shape): number[] => {
  const added = shape.length - from.length
  return shape.flatMap((size, axis) =>
    axis < added || (from[axis - added] === 1 && size !== 1) ? [axis] : [],
  )
}

const broadcastToOp = defineOp<{ readonly shape: Shape }>({
  name: 'broadcastTo',
  kind: {
    kind: 'movement',
    movement({ shape }, [x]) {
      const stretched = new Set(stretchedAxes(x.shape, shape))
      const added = shape.length - x.shape.length
      return {
        type: 'affine',
        offset: x.shape.map(() => 0),
        factor: x.shape.map((_, a) => shape.map((_, o) => (o === a + added && !stretched.has(o) ? 1 : 0))),
      }
    },
  },
  infer([x], { shape }) {
    const added = shape.length - x.shape.length
    if (added < 0 || x.shape.some((size, axis) => size !== 1 && size !== shape[axis + added])) {
      throw new ShapeError(
        `broadcastTo: a tensor of shape ${showShape(x.shape)} does not stretch to ${showShape(shape)}. ` +
          'Aligned at the last axis, each of its sizes must be 1 or the wanted one.',
      )
    }
    return [{ shape, dtype: x.dtype }]
  },
  gradient({ inputs: [x], attributes: { shape }, gradients: [dy] }) {
    return [dy && reshape(sum(dy, { axis: stretchedAxes(x.shape, shape) }), x.shape)]
  },
  reference([x], { shape }) {
    const read = reader(x)
    const added = shape.length - x.shape.length
    return [
      referenceOf(shape, (at) => read(x.shape.map((size, axis) => (size === 1 ? 0 : at[axis + added])))),
    ]
  },
})
