import { InternalError } from '../../errors.js'
import type { OperationNode } from '../../graph/node.js'
import type { WindowGeometry } from '../../graph/op.js'
import { ExportError } from '../exportError.js'
import type { FileGraph } from '../fileGraph.js'
import type { OnnxAttributes } from '../format.js'
import { channelsFirst, orderedView, type View } from '../view.js'

/** Maxima and sums over windows. A sum is the average, with padding counted, times the size of the window. */
export function exportWindow(
  { op, attributes, outputs: [output] }: OperationNode,
  [image]: readonly View[],
  graph: FileGraph,
): View[] {
  const { kind } = op
  if (kind.kind !== 'window') throw new InternalError(`${op.name} is no op on windows`)
  if (kind.form === 'gradient') throw new ExportError('gradients of pooling')
  const order = channelsFirst(output.shape.length)
  const type = { dtype: output.dtype, sizes: order.map((axis) => output.shape[axis]) }
  const geometry = kind.geometry(attributes)
  const settings = windowSettings(geometry)
  const input = graph.value(image, order)
  if (kind.combine === 'max') {
    return [orderedView({ name: graph.one('MaxPool', [input], type, settings), graph }, output, order)]
  }
  const average = graph.one('AveragePool', [input], type, { ...settings, count_include_pad: 1 })
  const places = geometry.size.reduce((a, b) => a * b, 1)
  const size = graph.number(places, 'float32', 'window_size')
  return [orderedView({ name: graph.one('Mul', [average, size], type), graph }, output, order)]
}

/** The attributes of operators on windows. */
export const windowSettings = ({ size, strides, padding }: WindowGeometry): OnnxAttributes => ({
  kernel_shape: size,
  strides,
  pads: padsOf(padding),
})

/** What is added before all axes, then behind them. */
export const padsOf = (padding: WindowGeometry['padding']): number[] => [
  ...padding.map(([before]) => before),
  ...padding.map(([, after]) => after),
]
