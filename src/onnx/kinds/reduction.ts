import { InternalError } from '../../errors.js'
import type { OperationNode } from '../../graph/node.js'
import type { Reduction } from '../../graph/op.js'
import type { FileGraph } from '../fileGraph.js'
import { isComputed, labelsOf, ownOrder, type View } from '../view.js'

const operators: Record<Reduction<never>['combine'], string> = {
  sum: 'ReduceSum',
  product: 'ReduceProd',
  max: 'ReduceMax',
  min: 'ReduceMin',
  indexOfMax: 'ArgMax',
  indexOfMin: 'ArgMin',
}

/** Reductions over axes, wherever these lie in the value. */
export function exportReduction(
  { op, attributes, outputs: [output] }: OperationNode,
  [x]: readonly View[],
  graph: FileGraph,
): View[] {
  const { kind } = op
  if (kind.kind !== 'reduction') throw new InternalError(`${op.name} is no reduction`)
  return [reduced(operators[kind.combine], x, kind.axes(attributes), output, graph)]
}

/**
 * A reducing operator on axes of a tensor. The value keeps them with size 1, so that it broadcasts against what it was made from.
 * @param output what remains of the tensor
 */
export function reduced(
  operator: string,
  x: View,
  axes: readonly number[],
  output: Pick<View, 'shape' | 'dtype'>,
  graph: FileGraph,
): View {
  // Axes that are reduced must be there; others may repeat.
  const isThere = axes.every((axis) => x.axes[axis] !== null)
  const [input, order] =
    isThere && isComputed(x) ? [x.source.name, labelsOf(x)] : [graph.value(x), ownOrder(x.shape.length)]
  const places = axes.map((axis) => order.indexOf(axis)).sort((a, b) => a - b)
  const sizes = order.map((axis) => (axis === null || axes.includes(axis) ? 1 : x.shape[axis]))
  const isIndex = operator.startsWith('Arg')
  const type = { dtype: isIndex ? ('int64' as const) : output.dtype, sizes }
  const name =
    operator === 'ReduceSum'
      ? graph.one(operator, [input, graph.integers(places, 'axes')], type, { keepdims: 1 })
      : isIndex
        ? graph.one(operator, [input], type, { axis: places[0], keepdims: 1 })
        : graph.one(operator, [input], type, { axes: places, keepdims: 1 })
  const result = isIndex ? graph.one('Cast', [name], { dtype: 'int32', sizes }, { to: 6 }) : name
  const remaining = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]))
  return {
    shape: output.shape,
    dtype: output.dtype,
    axes: remaining.map((axis) => (order.includes(axis) ? order.indexOf(axis) : null)),
    sizes,
    source: { name: result, graph },
  }
}
