import { type Node, operation } from './node.js'
import type { Tensor } from './tensor.js'

/** A traced function: results in terms of parameters. Pure data; the nodes between are reached from the results. */
export class Graph {
  constructor(
    readonly parameters: readonly Tensor[],
    readonly results: readonly Tensor[],
  ) {}

  /** All nodes the results depend on, each after its inputs. */
  nodes(): Node[] {
    return reachable(this.results)
  }
}

/** The nodes that these tensors depend on, each after its inputs, without recursion (graphs are deep). */
export function reachable(tensors: readonly Tensor[]): Node[] {
  const seen = new Set<Node>()
  const ordered: Node[] = []
  const stack: { node: Node; next: number }[] = []
  const visit = (node: Node) => {
    if (seen.has(node)) return
    seen.add(node)
    stack.push({ node, next: 0 })
  }
  for (const tensor of tensors) {
    visit(tensor.node)
    while (stack.length > 0) {
      const top = stack[stack.length - 1]
      if (top.node.type === 'operation' && top.next < top.node.inputs.length) {
        visit(top.node.inputs[top.next++].node)
      } else {
        ordered.push(top.node)
        stack.pop()
      }
    }
  }
  return ordered
}

/** The graph's results with parameters replaced by other tensors: the body of a call, inlined. */
export function inline(graph: Graph, replacements: readonly Tensor[]): Tensor[] {
  const known = new Map<Node, readonly Tensor[]>()
  graph.parameters.forEach((parameter, i) => known.set(parameter.node, [replacements[i]]))
  const resolve = (tensor: Tensor): Tensor => known.get(tensor.node)?.[tensor.index] ?? tensor
  for (const node of graph.nodes()) {
    if (node.type !== 'operation' || known.has(node)) continue
    if (node.inputs.every((input) => resolve(input) === input)) continue
    known.set(node, operation(node.op, node.inputs.map(resolve), node.attributes, node.outputs))
  }
  return graph.results.map(resolve)
}
