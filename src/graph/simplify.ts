import { arrayOf } from './dtype.js'
import { Graph, reachable } from './graph.js'
import { constant, type Node, type OperationNode, operation } from './node.js'
import type { Tensor } from './tensor.js'

/** Elements up to which an op on literals is computed while compiling. */
const foldedElements = 1

/**
 * The same results by less work: equal operations computed once, operations on literals folded, and each op's own
 * rules applied. Leaves stay the nodes they are.
 */
export function simplify(results: readonly Tensor[]): Tensor[] {
  const replaced = new Map<Tensor, Tensor>()
  const known = new Map<string, readonly Tensor[]>()
  const leaf = new Map<Node, Tensor>()
  const literals = new Map<string, Tensor>()
  const variables = new Map<object, Tensor>()

  const resolve = (tensor: Tensor): Tensor => {
    const { node } = tensor
    if (node.type === 'operation') return replaced.get(tensor) ?? tensor
    const same = leaf.get(node) ?? shared(tensor)
    leaf.set(node, same)
    return same
  }
  /** Literals of one value, and reads of one variable, are one leaf. */
  const shared = (tensor: Tensor): Tensor => {
    const { node } = tensor
    if (node.type === 'variable') return remember(variables, node.variable, tensor)
    if (node.type === 'constant' && node.literal && tensor.size === 1) {
      const [value] = node.data
      return remember(
        literals,
        `${tensor.dtype} ${tensor.shape} ${Object.is(value, -0) ? '-0' : value}`,
        tensor,
      )
    }
    return tensor
  }

  for (const node of reachable(results)) {
    if (node.type !== 'operation') continue
    const inputs = node.inputs.map(resolve)
    const outputs = simplified(node, inputs) ?? unique(node, inputs)
    node.outputs.forEach((output, i) => replaced.set(output, outputs[i]))
  }
  return results.map(resolve)

  function simplified(node: OperationNode, inputs: readonly Tensor[]): readonly Tensor[] | undefined {
    const folded = fold(node, inputs)
    if (folded) return [shared(folded)]
    const simpler = node.op.simplify?.(inputs, node.attributes)
    return simpler && [simpler]
  }

  function unique(node: OperationNode, inputs: readonly Tensor[]): readonly Tensor[] {
    const key = `${node.op.name} ${inputs.map((input) => `${input.node.id}.${input.index}`)} ${attributesKey(node)}`
    const before = known.get(key)
    if (before) return before
    const unchanged = inputs.every((input, i) => input === node.inputs[i])
    const outputs = unchanged ? node.outputs : operation(node.op, inputs, node.attributes, node.outputs)
    known.set(key, outputs)
    return outputs
  }
}

/** Graphs among the attributes are equal only if they are the same object. */
function attributesKey(node: OperationNode): string {
  return JSON.stringify(node.attributes, (_, value) => {
    if (value instanceof Graph) return `graph of node ${node.id}`
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
      return `number ${Object.is(value, -0) ? '-0' : value}`
    return value
  })
}

/** The value of an elementwise op on literals, by its reference, rounded to the result's type. */
function fold(node: OperationNode, inputs: readonly Tensor[]): Tensor | undefined {
  const [output] = node.outputs
  const { op } = node
  if (op.kind.kind !== 'elementwise' || inputs.length === 0 || output.size > foldedElements) return undefined
  const data = inputs.map((input) =>
    input.node.type === 'constant' && input.node.literal ? input.node.data : undefined,
  )
  const references = data.flatMap((values, i) =>
    values ? [{ shape: inputs[i].shape, data: Float64Array.from(values) }] : [],
  )
  if (references.length < inputs.length) return undefined
  const [value] = op.reference(references, node.attributes, node.outputs)
  return constant(new arrayOf[output.dtype](value.data), output.shape, output.dtype, true)
}

function remember<K>(map: Map<K, Tensor>, key: K, tensor: Tensor): Tensor {
  const known = map.get(key)
  if (known) return known
  map.set(key, tensor)
  return tensor
}
