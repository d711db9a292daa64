import { ShapeError } from '../errors.js'
import { reachable } from './graph.js'
import type { OperationNode } from './node.js'
import { sameShape, showShape } from './shape.js'
import type { Tensor } from './tensor.js'

/**
 * Reverse-mode differentiation: the gradients of `sum(outputs[i] * seeds[i])` with respect to `targets`, as graph.
 * Walks the nodes between outputs and targets from the last to the first, applying each op's own rule once. Undefined for targets that
 * no output depends on. Gradients of what is used several times are summed by `add`.
 */
export function gradients(
  outputs: readonly Tensor[],
  seeds: readonly Tensor[],
  targets: readonly Tensor[],
  add: (a: Tensor, b: Tensor) => Tensor,
): (Tensor | undefined)[] {
  const nodes = reachable(outputs)
  const key = (tensor: Tensor) => `${tensor.node.id}:${tensor.index}`
  const wanted = new Set(targets.map(key))

  // Which values lead back to a target: only these get gradients.
  const depends = new Set<string>(wanted)
  const differentiable = (tensor: Tensor) => tensor.dtype === 'float32' && depends.has(key(tensor))
  for (const node of nodes) {
    if (node.type !== 'operation' || !node.op.gradient || !node.inputs.some(differentiable)) continue
    node.outputs.forEach((_, index) => depends.add(`${node.id}:${index}`))
  }

  const accumulated = new Map<string, Tensor>()
  const accumulate = (tensor: Tensor, gradient: Tensor) => {
    if (!sameShape(tensor.shape, gradient.shape)) {
      throw new ShapeError(
        `The gradient for a tensor of shape ${showShape(tensor.shape)} has shape ${showShape(gradient.shape)}.`,
      )
    }
    const before = accumulated.get(key(tensor))
    accumulated.set(key(tensor), before ? add(before, gradient) : gradient)
  }
  outputs.forEach((output, i) => {
    if (depends.has(key(output))) accumulate(output, seeds[i])
  })

  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]
    if (node.type === 'operation' && node.op.gradient) differentiate(node)
  }
  return targets.map((target) => accumulated.get(key(target)))

  function differentiate(node: OperationNode): void {
    const outgoing = node.outputs.map((_, index) => accumulated.get(`${node.id}:${index}`))
    if (outgoing.every((gradient) => gradient === undefined)) return
    const needed = node.inputs.map(differentiable)
    if (!needed.some(Boolean)) return
    const results = node.op.gradient?.({
      inputs: node.inputs,
      outputs: node.outputs,
      attributes: node.attributes,
      gradients: outgoing,
      needed,
    })
    results?.forEach((gradient, j) => {
      if (gradient && needed[j]) accumulate(node.inputs[j], gradient)
    })
  }
}
