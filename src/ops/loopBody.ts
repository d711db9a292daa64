import { Graph, reachable } from '../graph/graph.js'
import { type Node, operation, parameter } from '../graph/node.js'
import type { Tensor } from '../graph/tensor.js'

/** A loop's inputs by what its body does with them, in the order of the body's parameters. */
export interface LoopInputs {
  readonly initial: readonly Tensor[]
  readonly sequences: readonly Tensor[]
  readonly captured: readonly Tensor[]
}

/**
 * The graph from parameters to results, made independent of everything outside: tensors that were made before the body
 * (their node ids lie below `firstInside`), variables and data become further parameters. They are returned as
 * `captured`, in the order of those parameters. Numbers of the program text stay inside.
 */
export function closeBody(
  parameters: readonly Tensor[],
  results: readonly Tensor[],
  firstInside: number,
): { readonly graph: Graph; readonly captured: readonly Tensor[] } {
  const own = new Set(parameters.map((tensor) => tensor.node))
  const isOutside = (node: Node): boolean => {
    if (own.has(node) || (node.type === 'constant' && node.literal)) return false
    return node.type !== 'operation' || node.id < firstInside
  }
  const captured: { readonly outer: Tensor; readonly inner: Tensor }[] = []
  const find = (tensor: Tensor) => captured.find(({ outer }) => isSameValue(outer, tensor))
  const inside = new Set<Node>()
  const pending = [...results]
  for (let tensor = pending.pop(); tensor; tensor = pending.pop()) {
    const { node } = tensor
    if (isOutside(node)) {
      if (!find(tensor)) captured.push({ outer: tensor, inner: parameter('captured', tensor) })
    } else if (node.type === 'operation' && !inside.has(node)) {
      inside.add(node)
      pending.push(...node.inputs)
    }
  }
  const resolve = (tensor: Tensor): Tensor | undefined =>
    isOutside(tensor.node) ? find(tensor)?.inner : undefined
  return {
    graph: new Graph(
      [...parameters, ...captured.map(({ inner }) => inner)],
      copyNodes([...inside], results, resolve),
    ),
    captured: captured.map(({ outer }) => outer),
  }
}

/** The results of a closed graph for other parameters. All of its operations are copied. */
export function copyBody(graph: Graph, replacements: readonly Tensor[]): Tensor[] {
  const at = new Map(graph.parameters.map((tensor, i) => [tensor.node, replacements[i]] as const))
  return copyNodes(graph.nodes(), graph.results, (tensor) => at.get(tensor.node))
}

/** The same loop without sequences and captured values that its body does not use. */
export function withoutUnused(graph: Graph, inputs: LoopInputs): { graph: Graph; inputs: LoopInputs } {
  const used = new Set(reachable(graph.results))
  const { initial, sequences, captured } = inputs
  const keeps = (i: number) => i < initial.length || used.has(graph.parameters[i].node)
  return {
    graph: new Graph(
      graph.parameters.filter((_, i) => keeps(i)),
      graph.results,
    ),
    inputs: {
      initial,
      sequences: sequences.filter((_, i) => keeps(initial.length + i)),
      captured: captured.filter((_, i) => keeps(initial.length + sequences.length + i)),
    },
  }
}

/** Whether two tensors are one output of one node, or two readings of one version of a variable. */
function isSameValue(a: Tensor, b: Tensor): boolean {
  if (a.node.type === 'variable' && b.node.type === 'variable') {
    return a.node.variable === b.node.variable && a.node.version === b.node.version
  }
  return a.node === b.node && a.index === b.index
}

/** Copies operations, which are created in an order in which inputs come first, onto what `resolve` puts in place. */
function copyNodes(
  nodes: readonly Node[],
  results: readonly Tensor[],
  resolve: (tensor: Tensor) => Tensor | undefined,
): Tensor[] {
  const copies = new Map<Node, Tensor[]>()
  const copied = (tensor: Tensor): Tensor =>
    resolve(tensor) ?? copies.get(tensor.node)?.[tensor.index] ?? tensor
  for (const node of nodes.toSorted((a, b) => a.id - b.id)) {
    if (node.type === 'operation') {
      copies.set(node, operation(node.op, node.inputs.map(copied), node.attributes, node.outputs))
    }
  }
  return results.map(copied)
}
