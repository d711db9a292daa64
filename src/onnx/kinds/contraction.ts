import { InternalError } from '../../errors.js'
import type { OperationNode } from '../../graph/node.js'
import type { FileGraph } from '../fileGraph.js'
import { ownOrder, plainView, type View } from '../view.js'

/** Products of stacks of matrices. `MatMul` repeats the stack's axes where one side lacks them. */
export function exportContraction(
  { op, attributes, outputs: [{ shape, dtype }] }: OperationNode,
  [a, b]: readonly View[],
  graph: FileGraph,
): View[] {
  if (op.kind.kind !== 'contraction') throw new InternalError(`${op.name} is no contraction`)
  const { a: swapA, b: swapB } = op.kind.transposes(attributes)
  const inputs = [matrices(a, swapA, graph), matrices(b, swapB, graph)]
  const rank = shape.length
  const sizes = shape.map((size, axis) =>
    axis >= rank - 2 || a.axes[axis] !== null || b.axes[axis] !== null ? size : 1,
  )
  const name = graph.one('MatMul', inputs, { dtype, sizes })
  const axes = sizes.map((_, axis) =>
    axis < rank - 2 && a.axes[axis] === null && b.axes[axis] === null ? null : axis,
  )
  return [{ ...plainView({ name, graph }, shape, dtype), axes, sizes }]
}

/** The matrices of a stack as they are multiplied: rows and columns are there, the stack's axes may repeat. */
function matrices(view: View, isSwapped: boolean, graph: FileGraph): string {
  const rank = view.shape.length
  const order = ownOrder(rank)
  if (isSwapped) order.splice(rank - 2, 2, rank - 1, rank - 2)
  const repeats = order.slice(-2).every((axis) => view.axes[axis] !== null || view.shape[axis] === 1)
  return graph.value(view, order, repeats)
}
