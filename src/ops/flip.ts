import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { resolveAxes } from './reduction.js'
import { reader, referenceOf } from './reference.js'
import { asTensor, type TensorLike } from './tensor.js'

/** The elements in reverse order along axes (default: all). */
export function flip(x: TensorLike, axis?: number | readonly number[]): Tensor {
  const value = asTensor(x)
  return applyOne(flipOp, [value], { axes: resolveAxes(axis, value.rank, 'flip') })
}

const flipOp = defineOp<{ readonly axes: readonly number[] }>({
  name: 'flip',
  kind: {
    kind: 'movement',
    movement: ({ axes }, [{ shape }]) => ({
      type: 'affine',
      offset: shape.map((size, axis) => (axes.includes(axis) ? size - 1 : 0)),
      factor: shape.map((_, axis) => shape.map((__, o) => (o === axis ? (axes.includes(axis) ? -1 : 1) : 0))),
    }),
  },
  infer: ([x]) => [x],
  gradient: ({ gradients: [dy], attributes: { axes } }) => [dy && flip(dy, axes)],
  reference([x], { axes }) {
    const read = reader(x)
    const mirrored = (position: number, axis: number) =>
      axes.includes(axis) ? x.shape[axis] - 1 - position : position
    return [referenceOf(x.shape, (at) => read(at.map(mirrored)))]
  },
})
