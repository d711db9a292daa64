import { InternalError } from '../../errors.js'
import type { OperationNode } from '../../graph/node.js'
import { FileGraph } from '../fileGraph.js'
import type { GraphWriter } from '../graphWriter.js'
import { isConstant, labelsOf, orderedView, ownOrder, plainView, type View } from '../view.js'

/** A loop as `Scan`: its body is a graph of its own, which sees the values around it. */
export function exportLoop(
  { op, attributes, inputs, outputs }: OperationNode,
  views: readonly View[],
  graph: FileGraph,
  writer: GraphWriter,
): (View | undefined)[] {
  const { kind } = op
  if (kind.kind !== 'loop') throw new InternalError(`${op.name} is no loop`)
  const { graph: body, length, carries, sequences, reverse } = kind.body(attributes)
  const inside = new FileGraph(graph.parts, graph)
  const declare = (what: string, type: View | (typeof inputs)[number], shape: readonly number[]) =>
    plainView(
      { name: inside.input(graph.freshName(graph.scopedHint(what)), type.dtype, shape), graph: inside },
      shape,
      type.dtype,
    )
  const initial = inputs.slice(0, carries)
  const stacked = inputs.slice(carries, carries + sequences)
  const given = views.slice(carries, carries + sequences).map((view) => stepAxis(view))
  const bound = [
    ...initial.map((type) => declare('state', type, type.shape)),
    ...stacked.map((type) => declare('slice', type, type.shape.slice(1))),
    ...views.slice(carries + sequences),
  ]
  const sequenceValues = given.map(({ order }, i) => graph.value(views[carries + i], order))
  if (sequenceValues.length === 0) {
    // A loop that only counts.
    const data = new Float32Array(length)
    sequenceValues.push(
      graph.constant({ dtype: 'float32', shape: [length], data }, graph.scopedHint('steps')),
    )
    inside.input(graph.freshName(graph.scopedHint('step')), 'float32', [])
  }

  const kept = outputs.flatMap((output, i) => (i >= carries && writer.isUsed(output) ? [i] : []))
  const wanted = [...initial.map((_, i) => i), ...kept]
  const results = writer.write(
    inside,
    body,
    bound,
    wanted.map((i) => body.results[i]),
  )
  const taken = new Set(inside.inputs)
  const names = results.map((view) => {
    const value = inside.value(view)
    const isOwn = inside.producer(value) !== undefined && !taken.has(value)
    const name = isOwn ? value : inside.one('Identity', [value], { dtype: view.dtype, sizes: view.shape })
    taken.add(name)
    return name
  })

  // Where sequences are stacked behind the samples, results are, too.
  const outputAxis = given.length > 0 && given.every(({ axis }) => axis === 1) ? 1 : 0
  const orderOf = (rank: number) =>
    outputAxis === 1 && rank > 1 ? [1, 0, ...ownOrder(rank).slice(2)] : ownOrder(rank)
  const types = wanted.map((i) => {
    const { dtype, shape } = outputs[i]
    return { dtype, sizes: i < carries ? shape : orderOf(shape.length).map((axis) => shape[axis]) }
  })
  const direction = Number(reverse)
  const values = graph.add(
    'Scan',
    [...views.slice(0, carries).map((view) => graph.value(view)), ...sequenceValues],
    types,
    {
      body: inside.finish(graph.scopedHint('body'), names),
      num_scan_inputs: sequenceValues.length,
      scan_input_axes: sequenceValues.map((_, i) => given.at(i)?.axis ?? 0),
      scan_input_directions: sequenceValues.map(() => direction),
      ...(kept.length > 0 && {
        scan_output_axes: kept.map((i) => orderOf(outputs[i].shape.length).indexOf(0)),
        scan_output_directions: kept.map(() => direction),
      }),
    },
  )
  return outputs.map((output, i) => {
    const at = wanted.indexOf(i)
    if (at < 0) return undefined
    const rank = output.shape.length
    return orderedView({ name: values[at], graph }, output, i < carries ? ownOrder(rank) : orderOf(rank))
  })
}

/** The order in which a sequence's value can be taken as it is, and the axis of the steps in it. */
function stepAxis(view: View): { readonly order: readonly number[]; readonly axis: number } {
  const own = ownOrder(view.shape.length)
  const labels = isConstant(view) ? own : labelsOf(view).filter((label) => label !== null)
  const rest = labels.filter((axis) => axis !== 0)
  const isKept = labels.length === own.length && rest.every((axis, i) => axis === i + 1)
  const order = isKept ? labels : own
  return { order, axis: order.indexOf(0) }
}
