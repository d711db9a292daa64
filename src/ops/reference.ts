import { InternalError } from '../errors.js'
import type { Graph } from '../graph/graph.js'
import type { Node } from '../graph/node.js'
import type { Reference } from '../graph/op.js'
import { type Shape, sizeOf, stridesOf } from '../graph/shape.js'

/** Visits the coordinates of a shape in row-major order. The array is reused: copy it to keep it. */
export function forEachCoordinate(
  shape: Shape,
  visit: (coordinate: readonly number[], index: number) => void,
): void {
  const size = sizeOf(shape)
  const coordinate = new Array<number>(shape.length).fill(0)
  for (let index = 0; index < size; index++) {
    visit(coordinate, index)
    for (let axis = shape.length - 1; axis >= 0 && ++coordinate[axis] === shape[axis]; axis--)
      coordinate[axis] = 0
  }
}

/** A reference tensor from its elements as a function of their coordinates. */
export function referenceOf(
  shape: Shape,
  element: (coordinate: readonly number[], index: number) => number,
): Reference {
  const data = new Float64Array(sizeOf(shape))
  forEachCoordinate(shape, (coordinate, index) => {
    data[index] = element(coordinate, index)
  })
  return { shape, data }
}

/** Reads and locates elements by coordinate. */
export function indexer(shape: Shape): (coordinate: readonly number[]) => number {
  const strides = stridesOf(shape)
  return (coordinate) => strides.reduce((index, stride, axis) => index + stride * coordinate[axis], 0)
}

/** The element at a coordinate, or `outside` where the coordinate lies outside. */
export function reader(x: Reference, outside = Number.NaN): (coordinate: readonly number[]) => number {
  const locate = indexer(x.shape)
  return (coordinate) =>
    coordinate.every((at, axis) => at >= 0 && at < x.shape[axis]) ? x.data[locate(coordinate)] : outside
}

/**
 * Evaluates a graph in float64 by each op's own reference.
 * @param inputs values of the graph's parameters, in order
 * @param leaf the value of a node that is neither an operation nor one of the parameters nor a constant
 */
export function evaluateReference(
  graph: Graph,
  inputs: readonly Reference[],
  leaf: (node: Node, shape: Shape) => Reference = (node) => {
    throw new InternalError(`reference: a ${node.type} node has no value`)
  },
): Reference[] {
  const known = new Map<Node, readonly Reference[]>()
  graph.parameters.forEach((parameter, i) => known.set(parameter.node, [inputs[i]]))
  const lookUp = (tensor: { node: Node; index: number; shape: Shape }): Reference => {
    const values = known.get(tensor.node)
    if (values) return values[tensor.index]
    const { node } = tensor
    const value =
      node.type === 'constant'
        ? { shape: tensor.shape, data: Float64Array.from(node.data) }
        : leaf(node, tensor.shape)
    known.set(node, [value])
    return value
  }
  for (const node of graph.nodes()) {
    if (node.type !== 'operation' || known.has(node)) continue
    known.set(node, node.op.reference(node.inputs.map(lookUp), node.attributes, node.outputs))
  }
  return graph.results.map(lookUp)
}
