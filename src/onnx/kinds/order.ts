import { InternalError } from '../../errors.js'
import type { OperationNode } from '../../graph/node.js'
import { ExportError } from '../exportError.js'
import type { FileGraph } from '../fileGraph.js'
import { typeNumbers } from '../format.js'
import { plainView, type View } from '../view.js'

/** Running sums. */
export function exportPrefixScan(
  { op, attributes, outputs: [{ shape, dtype }] }: OperationNode,
  [x]: readonly View[],
  graph: FileGraph,
): View[] {
  const { kind } = op
  if (kind.kind !== 'prefixScan') throw new InternalError(`${op.name} is no running combination`)
  if (kind.combine === 'product') throw new ExportError('running products')
  const { axis, exclusive, reverse } = kind.options(attributes)
  const along = graph.number(axis, 'int32', 'axis')
  const settings = { exclusive: Number(exclusive), reverse: Number(reverse) }
  const name = graph.one('CumSum', [graph.value(x), along], { dtype, sizes: shape }, settings)
  return [plainView({ name, graph }, shape, dtype)]
}

/** Sorting, as taking all of an axis from the top. */
export function exportSort(
  { op, attributes, outputs: [{ shape, dtype }] }: OperationNode,
  [x]: readonly View[],
  graph: FileGraph,
): View[] {
  const { kind } = op
  if (kind.kind !== 'sort') throw new InternalError(`${op.name} sorts nothing`)
  const length = shape[shape.length - 1]
  if (graph.parts.sizes.isOpen(length)) throw new ExportError('sorting along an axis whose size is open')
  const [values, places] = graph.add(
    'TopK',
    [graph.value(x), graph.integers([length], 'length')],
    [
      { dtype, sizes: shape },
      { dtype: 'int64', sizes: shape },
    ],
    { axis: -1, largest: Number(kind.options(attributes).descending), sorted: 1 },
  )
  const positions = graph.one('Cast', [places], { dtype: 'int32', sizes: shape }, { to: typeNumbers.int32 })
  return [
    plainView({ name: values, graph }, shape, dtype),
    plainView({ name: positions, graph }, shape, 'int32'),
  ]
}
