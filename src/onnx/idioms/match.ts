import { canonicalize } from '../../graph/canonical.js'
import { Graph } from '../../graph/graph.js'
import type { Node, OperationNode } from '../../graph/node.js'
import type { Attributes, AttributeValue } from '../../graph/op.js'
import { sameShape } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'

/** What stands in a graph for the parameters and variables of a pattern. */
export type Bindings = ReadonlyMap<Node, Tensor>

/**
 * Compares a graph with a pattern, which is a graph as well: what a function of Gradus gives for placeholders. A parameter or a
 * variable of the pattern stands for any one tensor of its shape and type.
 * @returns `undefined` if they differ
 */
export function match(pattern: Tensor, tensor: Tensor): Bindings | undefined {
  const bindings = new Map<Node, Tensor>()
  const fits = (wanted: Tensor, given: Tensor): boolean => {
    const { node } = wanted
    if (wanted.dtype !== given.dtype || !sameShape(wanted.shape, given.shape)) return false
    if (node.type === 'parameter' || node.type === 'variable') {
      const bound = bindings.get(node)
      bindings.set(node, bound ?? given)
      return bound === undefined || isSameValue(bound, given)
    }
    if (node.type === 'constant') return isSameLiteral(node, given.node)
    return wanted.index === given.index && sameOperation(node, given.node, fits)
  }
  return fits(pattern, tensor) ? bindings : undefined
}

/** What stands in a graph for a variable of a pattern. */
export function boundTo(variable: Variable | undefined, bindings: Bindings): Tensor | undefined {
  for (const [node, tensor] of bindings) {
    if (node.type === 'variable' && node.variable === variable) return tensor
  }
  return undefined
}

/** As `match`, for nodes: whatever is made of their outputs. */
export function matchNode(pattern: OperationNode, node: OperationNode): Bindings | undefined {
  return match(pattern.outputs[0], node.outputs[0])
}

function sameOperation(
  pattern: OperationNode,
  node: Node,
  fits: (wanted: Tensor, given: Tensor) => boolean,
): boolean {
  return (
    node.type === 'operation' &&
    node.op === pattern.op &&
    node.inputs.length === pattern.inputs.length &&
    sameAttributes(pattern.attributes, node.attributes) &&
    pattern.inputs.every((input, i) => fits(input, node.inputs[i]))
  )
}

type AnyValue = AttributeValue | Graph | Attributes

const isSameLiteral = (a: Node, b: Node): boolean =>
  a.type === 'constant' &&
  b.type === 'constant' &&
  a.literal &&
  b.literal &&
  a.data.every((value, i) => Object.is(value, b.data[i]))

function isSameValue(a: Tensor, b: Tensor): boolean {
  if (a.node.type === 'variable' && b.node.type === 'variable') return a.node.variable === b.node.variable
  return a.node === b.node && a.index === b.index
}

function sameAttributes(a: AnyValue, b: AnyValue): boolean {
  if (a instanceof Graph && b instanceof Graph) return textOf(a) === textOf(b)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  const [first, second] = [Object.entries(a), b as Attributes]
  return (
    first.length === Object.keys(second).length &&
    first.every(([key, value]) => sameAttributes(value as AnyValue, second[key]))
  )
}

const textOf = (graph: Graph): string => canonicalize({ graph, assignments: new Map() }).key

/** The operations a node depends on within some steps, itself first. */
export function nearby(node: OperationNode, steps: number): OperationNode[] {
  const found = new Set([node])
  let last = [node]
  for (let step = 0; step < steps; step++) {
    last = last.flatMap(({ inputs }) =>
      inputs.flatMap((input) =>
        input.node.type === 'operation' && !found.has(input.node) ? [input.node] : [],
      ),
    )
    for (const each of last) found.add(each)
  }
  return [...found]
}

/** The numbers of the program text among what operations take. */
export function literalsIn(nodes: readonly OperationNode[]): number[] {
  const values = nodes.flatMap(({ inputs }) =>
    inputs.flatMap(({ node }) => (node.type === 'constant' && node.literal ? [...node.data] : [])),
  )
  return [...new Set(values)]
}
