import { type OperationNode, parameter } from '../../graph/node.js'
import type { Tensor } from '../../graph/tensor.js'
import { repeat } from '../../ops/tile.js'
import type { Idiom } from '../planner.js'
import { labelsOf, ownOrder } from '../view.js'
import { match } from './match.js'

/** Elements repeated in place along some axes, as `Resize`: upsampling. */
export function repetition(node: OperationNode): Idiom | undefined {
  const [output] = node.outputs
  if (output.dtype !== 'float32') return undefined
  let x = output
  for (let inner = repeated(x); inner; inner = repeated(x)) x = inner
  if (x === output) return undefined
  return {
    inputs: [x],
    write([view], graph) {
      const from = graph.computed(view, ownOrder(x.rank))
      const labels = labelsOf(from)
      const scaled = (place: number) => {
        const axis = labels[place]
        return axis === null ? 1 : output.shape[axis] / x.shape[axis]
      }
      const data = Float32Array.from(labels, (_, place) => scaled(place))
      const factors = { dtype: 'float32', shape: [labels.length], data } as const
      const sizes = from.sizes.map((size, place) => size * scaled(place))
      const name = graph.one(
        'Resize',
        [from.source.name, '', graph.constant(factors, graph.scopedHint('scales'))],
        { dtype: output.dtype, sizes },
        { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
      )
      return [{ ...from, shape: output.shape, sizes, source: { name, graph } }]
    },
  }
}

/** What a tensor repeats in place along one axis, if it does. */
function repeated(tensor: Tensor): Tensor | undefined {
  const { node } = tensor
  // The last of three ops: an axis of size 1 is put in, stretched, and merged with the one before.
  const stretched = node.type === 'operation' ? node.inputs[0]?.node : undefined
  const split = stretched?.type === 'operation' ? stretched.inputs[0]?.node : undefined
  const given = split?.type === 'operation' ? split.inputs[0] : undefined
  if (given?.rank !== tensor.rank) return undefined
  const axis = given.shape.findIndex((size, each) => size !== tensor.shape[each])
  const count = tensor.shape[axis] / given.shape[axis]
  if (axis < 0 || !Number.isInteger(count)) return undefined
  const x = parameter('x', given)
  return match(repeat(x, count, axis), tensor)?.get(x.node)
}
