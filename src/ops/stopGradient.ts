import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { asTensor, type TensorLike } from './tensor.js'

/** `x` itself, through which no gradient flows: derivatives take it for a constant. */
export function stopGradient(x: TensorLike): Tensor {
  return applyOne(stopGradientOp, [asTensor(x)], {})
}

const stopGradientOp = defineOp({
  name: 'stopGradient',
  kind: { kind: 'elementwise', expression: (_, [x]) => x },
  infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
  // Derivatives are part of a graph by the time that it is simplified.
  simplify: ([x]) => x,
  reference: ([x]) => [x],
})
