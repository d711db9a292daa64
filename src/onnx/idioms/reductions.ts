import { type OperationNode, parameter } from '../../graph/node.js'
import { averagePool } from '../../ops/averagePool.js'
import { mean } from '../../ops/mean.js'
import { reduced } from '../kinds/reduction.js'
import { windowSettings } from '../kinds/window.js'
import type { Idiom } from '../planner.js'
import { channelsFirst, orderedView } from '../view.js'
import { match, nearby } from './match.js'

/** A sum over axes divided by how many elements it has. */
export function average(node: OperationNode): Idiom | undefined {
  if (node.op.name !== 'multiply') return undefined
  const [output] = node.outputs
  for (const { op, attributes, inputs } of nearby(node, 2)) {
    if (op.kind.kind !== 'reduction' || op.kind.combine !== 'sum') continue
    const axis = op.kind.axes(attributes)
    const x = parameter('x', inputs[0])
    const keepDims = output.rank === x.rank
    const input = match(mean(x, { axis, keepDims }), output)?.get(x.node)
    if (!input) continue
    const remaining = x.shape.filter((_, each) => !axis.includes(each))
    return {
      inputs: [input],
      write([view], graph) {
        const result = reduced('ReduceMean', view, axis, { shape: remaining, dtype: 'float32' }, graph)
        if (!keepDims) return [result]
        const places = x.shape.map((_, each) =>
          axis.includes(each) ? null : result.axes[each - axis.filter((other) => other < each).length],
        )
        return [{ ...result, shape: output.shape, axes: places }]
      },
    }
  }
  return undefined
}

/** The mean of each window, of the real positions in it. */
export function pooledAverage(node: OperationNode): Idiom | undefined {
  if (node.op.name !== 'multiply' && node.op.name !== 'divide') return undefined
  const [output] = node.outputs
  for (const { op, attributes, inputs } of nearby(node, 1)) {
    if (op.kind.kind !== 'window' || op.kind.form !== 'reduce' || op.kind.combine !== 'sum') continue
    const geometry = op.kind.geometry(attributes)
    const image = parameter('image', inputs[0])
    const input = match(averagePool(image, geometry), output)?.get(image.node)
    if (!input) continue
    return {
      inputs: [input],
      write([view], graph) {
        const order = channelsFirst(output.rank)
        const type = { dtype: output.dtype, sizes: order.map((axis) => output.shape[axis]) }
        const settings = { ...windowSettings(geometry), count_include_pad: 0 }
        const name = graph.one('AveragePool', [graph.value(view, order)], type, settings)
        return [orderedView({ name, graph }, output, order)]
      },
    }
  }
  return undefined
}
