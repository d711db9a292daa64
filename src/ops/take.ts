import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import { resolveAxis } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { clip } from './clip.js'
import { asIndices, checkNotEmpty, type IndexAttributes, takenShape } from './gather.js'
import { reader, referenceOf } from './reference.js'
import { scatterAdd } from './scatterAdd.js'
import { asTensor, type TensorLike, zerosLike } from './tensor.js'

/**
 * Slices of `x` chosen by index along an axis: `output[..., i, ...] = x[..., indices[i], ...]`, where the axis is replaced
 * by the axes of `indices`. Indices outside are clamped to the first or last slice.
 *
 * @param indices integers of any shape
 * @param axis default: 0, so that `take(table, ids)` looks up rows
 * @throws ShapeError if the axis has no slices, but there are indices
 */
export function take(x: TensorLike, indices: TensorLike, axis = 0): Tensor {
  const value = asTensor(x)
  const resolved = resolveAxis(axis, value.rank, 'take')
  return applyOne(takeOp, [value, asIndices(indices, 'take')], { axis: resolved })
}

const takeOp = defineOp<IndexAttributes>({
  name: 'take',
  kind: { kind: 'gather', axis: ({ axis }) => axis, alongAxis: false },
  infer([x, indices], { axis }) {
    checkNotEmpty('take', x, indices, axis)
    return [{ shape: takenShape(x.shape, indices.shape, axis), dtype: x.dtype }]
  },
  gradient: ({ inputs: [x, indices], attributes: { axis }, gradients: [dy] }) => [
    dy && scatterAdd(zerosLike(x), clip(indices, 0, x.shape[axis] - 1), dy, axis),
  ],
  reference([x, indices], { axis }, [output]) {
    const [read, readIndex] = [reader(x), reader(indices)]
    const rank = indices.shape.length
    return [
      referenceOf(output.shape, (at) => {
        const index = readIndex(at.slice(axis, axis + rank))
        return read(at.toSpliced(axis, rank, Math.min(x.shape[axis] - 1, Math.max(0, index))))
      }),
    ]
  },
})
