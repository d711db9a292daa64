import type { Node, OperationNode } from '../graph/node.js'
import type { Tensor } from '../graph/tensor.js'
import type { FileGraph } from './fileGraph.js'
import { findIdiom } from './idioms/index.js'
import type { OpenSizes } from './openSizes.js'
import type { View } from './view.js'

/** Something that ONNX has an operator for, found in the graph: what it takes, and how it is written. */
export interface Idiom {
  readonly inputs: readonly Tensor[]
  /** The views of the outputs of the node that it was found at. */
  write(views: readonly View[], graph: FileGraph): readonly (View | undefined)[]
}

/** A node to be written, by itself or as the last one of an idiom. */
export interface Step {
  readonly node: OperationNode
  readonly idiom: Idiom | undefined
  readonly inputs: readonly Tensor[]
}

/** Finds out what is to be written of a traced model, and what is known beforehand. */
export class Planner {
  private readonly known = new Map<Node, boolean>()
  private readonly idioms = new Map<Node, Idiom | undefined>()

  constructor(private readonly sizes: OpenSizes) {}

  /** The steps that tensors depend on, each after those it takes from, and the tensors that are known beforehand. */
  stepsTo(results: readonly Tensor[]): {
    readonly steps: readonly Step[]
    readonly constants: ReadonlySet<Tensor>
  } {
    const seen = new Set<Node>()
    const steps: Step[] = []
    const constants = new Set<Tensor>()
    const stack: { readonly step: Step; next: number }[] = []
    const visit = (tensor: Tensor) => {
      const { node } = tensor
      if (this.isLeaf(tensor)) constants.add(tensor)
      else if (node.type === 'operation' && !seen.has(node)) {
        seen.add(node)
        const idiom = this.idiomAt(node)
        stack.push({ step: { node, idiom, inputs: idiom?.inputs ?? node.inputs }, next: 0 })
      }
    }
    for (const result of results) {
      visit(result)
      for (let top = stack.at(-1); top; top = stack.at(-1)) {
        if (top.next < top.step.inputs.length) visit(top.step.inputs[top.next++])
        else {
          steps.push(top.step)
          stack.pop()
        }
      }
    }
    return { steps, constants }
  }

  private idiomAt(node: OperationNode): Idiom | undefined {
    if (!this.idioms.has(node)) this.idioms.set(node, findIdiom(node))
    return this.idioms.get(node)
  }

  /** Whether a tensor's numbers are to be computed for the file: where they do not depend on what a model is given, nor only repeat. */
  private isLeaf(tensor: Tensor): boolean {
    const { node } = tensor
    if (!this.isKnown(tensor)) return false
    if (node.type !== 'operation' || node.op.kind.kind !== 'movement') return true
    return tensor.size <= node.inputs.reduce((total, input) => total + input.size, 0)
  }

  private isKnown(tensor: Tensor): boolean {
    const pending = [tensor]
    for (let top = pending.at(-1); top; top = pending.at(-1)) {
      const { node } = top
      const open = node.type === 'operation' ? node.inputs.filter((input) => !this.known.has(input.node)) : []
      if (open.length > 0 && !this.known.has(node)) pending.push(...open)
      else {
        this.known.set(node, this.known.get(node) ?? this.decide(top))
        pending.pop()
      }
    }
    return this.known.get(tensor.node) ?? false
  }

  private decide({ node }: Tensor): boolean {
    if (node.type !== 'operation') return node.type !== 'parameter'
    return (
      node.op.kind.kind !== 'random' &&
      !node.outputs.some(({ shape }) => this.sizes.hasOpen(shape)) &&
      node.inputs.every((input) => this.known.get(input.node))
    )
  }
}
