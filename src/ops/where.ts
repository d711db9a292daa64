import type { DType } from '../graph/dtype.js'
import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { cast } from './cast.js'
import { broadcastOperands, equalShapes, promoteOperands } from './elementwise.js'
import type { TensorLike } from './tensor.js'

/**
 * `condition ? a : b`, elementwise. The three are broadcast to one shape, `a` and `b` promoted to one type. Both sides are
 * computed, but a NaN on the side not taken does no harm forward; keep it out of the side's own gradient by making the
 * argument harmless too.
 */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = promoteOperands([a, b])
  return applyOne(whereOp, broadcastOperands([cast(condition, 'bool'), x, y], 'where'), { dtype: x.dtype })
}

const whereOp = defineOp<{ readonly dtype: DType }>({
  name: 'where',
  kind: {
    kind: 'elementwise',
    expression: (math, [condition, a, b], { dtype }) =>
      dtype === 'bool'
        ? math.or(math.and(condition, a), math.and(math.not(condition), b))
        : math.select(condition, a, b),
  },
  infer: (inputs, { dtype }) => [{ shape: equalShapes('where', inputs), dtype }],
  gradient: ({ inputs: [condition], gradients: [dy], needed }) =>
    dy
      ? [
          undefined,
          needed[1] ? where(condition, dy, 0) : undefined,
          needed[2] ? where(condition, 0, dy) : undefined,
        ]
      : [],
  reference: ([condition, a, b]) => [
    { shape: a.shape, data: a.data.map((value, i) => (condition.data[i] ? value : b.data[i])) },
  ],
})
