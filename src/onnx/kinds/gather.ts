import { InternalError } from '../../errors.js'
import type { OperationNode } from '../../graph/node.js'
import type { FileGraph } from '../fileGraph.js'
import { isConstant, plainView, type View } from '../view.js'

/** `Gather` and `GatherElements`. Indices are clamped into the axis, as they are in Gradus. */
export function exportGather(
  { op, attributes, outputs: [{ shape, dtype }] }: OperationNode,
  [x, indices]: readonly View[],
  graph: FileGraph,
): View[] {
  const { kind } = op
  if (kind.kind !== 'gather') throw new InternalError(`${op.name} gathers nothing`)
  const axis = kind.axis(attributes)
  const inputs = [graph.value(x), clamped(indices, x.shape[axis] - 1, graph)]
  const operator = kind.alongAxis ? 'GatherElements' : 'Gather'
  const name = graph.one(operator, inputs, { dtype, sizes: shape }, { axis })
  return [plainView({ name, graph }, shape, dtype)]
}

function clamped(indices: View, last: number, graph: FileGraph): string {
  const value = graph.value(indices)
  const isInside = (index: number | bigint) => index >= 0 && index <= last
  if (isConstant(indices) && (indices.source.array.data as Int32Array).every(isInside)) return value
  const bounds = [graph.number(0, 'int32', 'first_index'), graph.number(last, 'int32', 'last_index')]
  return graph.one('Clip', [value, ...bounds], { dtype: 'int32', sizes: indices.shape })
}
