import { InternalError } from '../../errors.js'
import type { OperationNode } from '../../graph/node.js'
import type { Reduction } from '../../graph/op.js'
import type { FileGraph } from '../fileGraph.js'
import { typeNumbers } from '../format.js'
import { channelsFirst, labelsOf, ownOrder, type View } from '../view.js'

const operators: Record<Reduction<never>['combine'], string> = {
  sum: 'ReduceSum',
  product: 'ReduceProd',
  max: 'ReduceMax',
  min: 'ReduceMin',
  indexOfMax: 'ArgMax',
  indexOfMin: 'ArgMin',
}

/** Reductions that have a name of their own over all places of images with their channels first. */
const pools: Readonly<Record<string, string>> = {
  ReduceMean: 'GlobalAveragePool',
  ReduceMax: 'GlobalMaxPool',
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
  { shape, dtype }: Pick<View, 'shape' | 'dtype'>,
  graph: FileGraph,
): View {
  const value = graph.computed(x, axes)
  const labels = labelsOf(value)
  const input = value.source.name
  const places = axes.map((axis) => labels.indexOf(axis)).sort((a, b) => a - b)
  const sizes = value.sizes.map((size, place) => (places.includes(place) ? 1 : size))
  const remaining = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]))
  const view = (name: string): View => ({
    shape,
    dtype,
    axes: remaining.map((axis) => value.axes[axis]),
    sizes,
    source: { name, graph },
  })
  const type = { dtype, sizes }
  const pool = pools[operator]
  const isImage = labels.length > 2 && labels.join() === channelsFirst(x.shape.length).join()
  if (
    pool !== undefined &&
    dtype === 'float32' &&
    isImage &&
    places.join() === ownOrder(labels.length).slice(2).join()
  ) {
    return view(graph.one(pool, [input], type))
  }
  if (operator.startsWith('Arg')) {
    const index = graph.one(operator, [input], { dtype: 'int64', sizes }, { axis: places[0], keepdims: 1 })
    return view(graph.one('Cast', [index], type, { to: typeNumbers[dtype] }))
  }
  // Of the reductions, only the sum takes its axes as a value in this set of operators.
  if (operator === 'ReduceSum') {
    return view(graph.one(operator, [input, graph.integers(places, 'axes')], type, { keepdims: 1 }))
  }
  return view(graph.one(operator, [input], type, { axes: places, keepdims: 1 }))
}
