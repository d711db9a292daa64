import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import { resolveAxis } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { clip } from './clip.js'
import { asIndices, checkAlongAxis, checkNotEmpty, type IndexAttributes } from './gather.js'
import { reader, referenceOf } from './reference.js'
import { scatterAddAlongAxis } from './scatterAdd.js'
import { asTensor, type TensorLike, zerosLike } from './tensor.js'

/**
 * One element for each index, each row by its own: `output[..., i, ...] = x[..., indices[..., i, ...], ...]`. `indices` has
 * the sizes of `x` except along the axis. Indices outside are clamped.
 */
export function takeAlongAxis(x: TensorLike, indices: TensorLike, axis = -1): Tensor {
  const value = asTensor(x)
  const resolved = resolveAxis(axis, value.rank, 'takeAlongAxis')
  return applyOne(takeAlongAxisOp, [value, asIndices(indices, 'takeAlongAxis')], { axis: resolved })
}

const takeAlongAxisOp = defineOp<IndexAttributes>({
  name: 'takeAlongAxis',
  kind: { kind: 'gather', axis: ({ axis }) => axis, alongAxis: true },
  infer([x, indices], { axis }) {
    checkAlongAxis('takeAlongAxis', x, indices, axis)
    checkNotEmpty('takeAlongAxis', x, indices, axis)
    return [{ shape: indices.shape, dtype: x.dtype }]
  },
  gradient: ({ inputs: [x, indices], attributes: { axis }, gradients: [dy] }) => [
    dy && scatterAddAlongAxis(zerosLike(x), clip(indices, 0, x.shape[axis] - 1), dy, axis),
  ],
  reference([x, indices], { axis }) {
    const read = reader(x)
    return [
      referenceOf(indices.shape, (at, i) =>
        read(at.toSpliced(axis, 1, Math.min(x.shape[axis] - 1, Math.max(0, indices.data[i])))),
      ),
    ]
  },
})
