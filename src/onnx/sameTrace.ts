import { Graph } from '../graph/graph.js'
import type { Node, OperationNode } from '../graph/node.js'
import type { Attributes, AttributeValue } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import type { OpenSizes } from './openSizes.js'

/**
 * The first node in which two traces of a model, on inputs of other sizes, differ in more than the open sizes; `undefined` if the
 * model computes the same whatever they are.
 */
export function firstDifference(a: Graph, b: Graph, sizes: OpenSizes): Node | undefined {
  const counterparts = new Map<Node, Node>()
  a.parameters.forEach((parameter, i) => counterparts.set(parameter.node, b.parameters[i].node))
  const pending: { readonly a: Tensor; readonly b: Tensor }[] = []
  const expect = (first: readonly Tensor[], second: readonly Tensor[]): boolean =>
    first.length === second.length &&
    first.every(
      (tensor, i) => pending.push({ a: tensor, b: second[i] }) > 0 && tensor.index === second[i].index,
    )
  if (!expect(a.results, b.results)) return a.results[0]?.node
  for (let pair = pending.pop(); pair; pair = pending.pop()) {
    const [first, second] = [pair.a.node, pair.b.node]
    const known = counterparts.get(first)
    if (known) {
      if (known !== second && first.type === 'operation') return first
      continue
    }
    counterparts.set(first, second)
    const fits =
      first.type === 'operation' && second.type === 'operation'
        ? sameOperation(first, second, sizes) && expect(first.inputs, second.inputs)
        : sameLeaf(pair.a, pair.b, sizes)
    if (!fits) return first
  }
  return undefined
}

function sameOperation(a: OperationNode, b: OperationNode, sizes: OpenSizes): boolean {
  return (
    a.op === b.op &&
    sameAttributes(a.attributes, b.attributes, sizes) &&
    a.outputs.every((output, i) => sameShapes(output, b.outputs[i], sizes))
  )
}

const sameShapes = (a: Tensor, b: Tensor, sizes: OpenSizes): boolean =>
  a.shape.length === b.shape.length && a.shape.every((size, axis) => sizes.agree(size, b.shape[axis]))

function sameLeaf(a: Tensor, b: Tensor, sizes: OpenSizes): boolean {
  const [first, second] = [a.node, b.node]
  if (first.type === 'variable' && second.type === 'variable') return first.variable === second.variable
  if (first.type !== 'constant' || second.type !== 'constant' || !sameShapes(a, b, sizes)) return false
  return first.data === second.data || first.data.every((value, i) => Object.is(value, second.data[i]))
}

type AnyValue = AttributeValue | Graph | Attributes

function sameAttributes(a: AnyValue, b: AnyValue, sizes: OpenSizes): boolean {
  if (a instanceof Graph && b instanceof Graph) return firstDifference(a, b, sizes) === undefined
  if (typeof a === 'number' && typeof b === 'number') return sizes.agree(a, b)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const [first, second] = [Object.entries(a), b as Attributes]
  return (
    first.length === Object.keys(second).length &&
    first.every(([key, value]) => sameAttributes(value as AnyValue, second[key], sizes))
  )
}
