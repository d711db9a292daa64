import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import { resolveAxis } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { promoteOperands } from './elementwise.js'
import { asIndices, checkAlongAxis, checkUpdates, type IndexAttributes, takenShape } from './gather.js'
import { greaterEqual } from './greaterEqual.js'
import { less } from './less.js'
import { logicalAnd } from './logicalAnd.js'
import { forEachCoordinate, indexer } from './reference.js'
import { reshape } from './reshape.js'
import { take } from './take.js'
import { takeAlongAxis } from './takeAlongAxis.js'
import type { TensorLike } from './tensor.js'
import { where } from './where.js'

/**
 * `base` with slices added at indices along an axis: `output[..., indices[i], ...] += updates[..., i, ...]`, where in the
 * shape of `updates` the axis is replaced by the axes of `indices`. Equal indices add up, in their order. Updates whose
 * index lies outside are dropped.
 */
export function scatterAdd(base: TensorLike, indices: TensorLike, updates: TensorLike, axis = 0): Tensor {
  const [target, added] = promoteOperands([base, updates])
  const resolved = resolveAxis(axis, target.rank, 'scatterAdd')
  return applyOne(scatterAddOp, [target, asIndices(indices, 'scatterAdd'), added], { axis: resolved })
}

/**
 * `base` with elements added, each row at its own indices: `output[..., indices[..., i, ...], ...] += updates[..., i, ...]`.
 * `indices` and `updates` have one shape, that of `base` except along the axis.
 */
export function scatterAddAlongAxis(
  base: TensorLike,
  indices: TensorLike,
  updates: TensorLike,
  axis = -1,
): Tensor {
  const [target, added] = promoteOperands([base, updates])
  const resolved = resolveAxis(axis, target.rank, 'scatterAddAlongAxis')
  const inputs = [target, asIndices(indices, 'scatterAddAlongAxis'), added]
  return applyOne(scatterAddAlongAxisOp, inputs, { axis: resolved })
}

/** Whether indices lie within an axis. */
const within = (indices: Tensor, size: number): Tensor =>
  logicalAnd(greaterEqual(indices, 0), less(indices, size))

const scatterAddOp = defineOp<IndexAttributes>({
  name: 'scatterAdd',
  kind: { kind: 'scatter', axis: ({ axis }) => axis, alongAxis: false },
  infer([base, indices, updates], { axis }) {
    checkUpdates('scatterAdd', updates, takenShape(base.shape, indices.shape, axis))
    return [base]
  },
  gradient({ inputs: [base, indices], attributes: { axis }, gradients: [dy], needed }) {
    if (!dy) return []
    const broadcastable = base.shape.slice(axis + 1).map(() => 1)
    const kept = reshape(within(indices, base.shape[axis]), [...indices.shape, ...broadcastable])
    return [dy, undefined, needed[2] ? where(kept, take(dy, indices, axis), 0) : undefined]
  },
  reference([base, indices, updates], { axis }) {
    const data = base.data.slice()
    const [locate, locateIndex] = [indexer(base.shape), indexer(indices.shape)]
    const rank = indices.shape.length
    forEachCoordinate(updates.shape, (at, i) => {
      const index = indices.data[locateIndex(at.slice(axis, axis + rank))]
      if (index >= 0 && index < base.shape[axis])
        data[locate(at.toSpliced(axis, rank, index))] += updates.data[i]
    })
    return [{ shape: base.shape, data }]
  },
})

const scatterAddAlongAxisOp = defineOp<IndexAttributes>({
  name: 'scatterAddAlongAxis',
  kind: { kind: 'scatter', axis: ({ axis }) => axis, alongAxis: true },
  infer([base, indices, updates], { axis }) {
    checkAlongAxis('scatterAddAlongAxis', base, indices, axis)
    checkUpdates('scatterAddAlongAxis', updates, indices.shape)
    return [base]
  },
  gradient({ inputs: [base, indices], attributes: { axis }, gradients: [dy], needed }) {
    if (!dy) return []
    const taken = needed[2] ? takeAlongAxis(dy, indices, axis) : undefined
    return [dy, undefined, taken && where(within(indices, base.shape[axis]), taken, 0)]
  },
  reference([base, indices, updates], { axis }) {
    const data = base.data.slice()
    const locate = indexer(base.shape)
    forEachCoordinate(updates.shape, (at, i) => {
      const index = indices.data[i]
      if (index >= 0 && index < base.shape[axis])
        data[locate(at.toSpliced(axis, 1, index))] += updates.data[i]
    })
    return [{ shape: base.shape, data }]
  },
})
