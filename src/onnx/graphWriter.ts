import { ArgumentError, InternalError } from '../errors.js'
import type { Graph } from '../graph/graph.js'
import type { Node, OperationNode } from '../graph/node.js'
import type { Tensor } from '../graph/tensor.js'
import { ExportError } from './exportError.js'
import type { FileGraph } from './fileGraph.js'
import { exporters } from './kinds/index.js'
import type { Planner } from './planner.js'
import { type ConstantSource, plainView, type View } from './view.js'

/** Where in a model a node was made. */
export interface Scope {
  /** The names of the layers around it: `encoder/dense`. */
  readonly path: string
  /** How errors name the innermost of them. */
  readonly title: string
}

/** Writes traced graphs into graphs of a file, step by step. */
export class GraphWriter {
  private readonly used = new Set<Tensor>()

  constructor(
    private readonly planner: Planner,
    private readonly constants: ReadonlyMap<Tensor, ConstantSource>,
    private readonly scopeOf: (node: Node) => Scope,
  ) {}

  /**
   * Writes what some results of a traced graph depend on.
   * @param parameters the views of the graph's parameters
   */
  write(
    graph: FileGraph,
    traced: Graph,
    parameters: readonly View[],
    results: readonly Tensor[] = traced.results,
  ): View[] {
    const views = new Map<Node, readonly (View | undefined)[]>()
    traced.parameters.forEach((parameter, i) => views.set(parameter.node, [parameters[i]]))
    const viewOf = (tensor: Tensor): View => {
      const source = this.constants.get(tensor)
      if (source) return plainView(source, tensor.shape, tensor.dtype)
      const view = views.get(tensor.node)?.[tensor.index]
      if (!view) throw new InternalError(`export: ${tensor} is not written yet`)
      return view
    }
    const { steps } = this.planner.stepsTo(results)
    for (const tensor of [...results, ...steps.flatMap(({ inputs }) => inputs)]) this.used.add(tensor)
    for (const { node, idiom, inputs } of steps) {
      const operands = inputs.map(viewOf)
      const written = this.inScope(graph, node, () =>
        idiom ? idiom.write(operands, graph) : exporters[node.op.kind.kind](node, operands, graph, this),
      )
      views.set(node, written)
    }
    return results.map(viewOf)
  }

  /** Whether anything that is written depends on a tensor. */
  isUsed(tensor: Tensor): boolean {
    return this.used.has(tensor)
  }

  /** Names what is written by the layer it belongs to, and an error too. */
  private inScope<T>(graph: FileGraph, node: OperationNode, write: () => T): T {
    const { path, title } = this.scopeOf(node)
    const { parts } = graph
    const around = parts.scope
    parts.scope = path
    try {
      return write()
    } catch (error) {
      if (!(error instanceof ExportError)) throw error
      throw new ArgumentError(
        `${title} cannot be exported: it computes ${error.missing}, for which ONNX has no operator that Gradus writes. ` +
          'Export a model without this layer, and compute what it does before or after.',
        { cause: error },
      )
    } finally {
      parts.scope = around
    }
  }
}
