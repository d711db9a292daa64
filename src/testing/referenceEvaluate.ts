import { StateError } from '../errors.js'
import { Graph } from '../graph/graph.js'
import type { Reference } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { evaluateReference } from '../ops/reference.js'

/**
 * The values of tensors in float64, by the references of their ops: what every target is held against. Variables have
 * the elements they hold on the host.
 *
 * @param inputs values for parameters (placeholders) that the tensors depend on
 */
export function referenceEvaluate(
  tensors: readonly Tensor[],
  inputs: ReadonlyMap<Tensor, ArrayLike<number>> = new Map(),
): Reference[] {
  const parameters = [...inputs.keys()]
  const values = parameters.map((parameter) => ({
    shape: parameter.shape,
    data: Float64Array.from(inputs.get(parameter) ?? []),
  }))
  return evaluateReference(new Graph(parameters, tensors), values, (node, shape) => {
    if (node.type === 'variable' && node.variable.host) {
      return { shape, data: Float64Array.from(node.variable.host) }
    }
    throw new StateError(`referenceEvaluate: a ${node.type} has no value on the host. Pass it in \`inputs\`.`)
  })
}

/** The elements of one tensor in float64, row-major. */
export const referenceValues = (tensor: Tensor): number[] => Array.from(referenceEvaluate([tensor])[0].data)
