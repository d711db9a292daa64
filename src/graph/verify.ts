import { InternalError } from '../errors.js'
import { reachable } from './graph.js'
import { sameShape, showShape, sizeOf } from './shape.js'
import type { Tensor } from './tensor.js'

/** Checks that a graph is well formed: every node's types are what its op says of its inputs. `stage` is named in errors. */
export function verifyGraph(results: readonly Tensor[], stage: string): void {
  for (const node of reachable(results)) {
    if (node.type !== 'operation') continue
    const where = `After ${stage}: ${node.op.name} (node ${node.id})`
    const expected = node.op.infer(node.inputs, node.attributes)
    if (expected.length !== node.outputs.length) {
      throw new InternalError(
        `${where} has ${node.outputs.length} outputs; its rule gives ${expected.length}`,
      )
    }
    expected.forEach((type, i) => {
      const output = node.outputs[i]
      if (!sameShape(type.shape, output.shape) || type.dtype !== output.dtype) {
        throw new InternalError(
          `${where}: output ${i} is ${output.dtype} ${showShape(output.shape)}; its rule gives ${type.dtype} ${showShape(type.shape)}`,
        )
      }
      if (output.node !== node && output.node.type !== 'constant') {
        throw new InternalError(`${where}: output ${i} belongs to another node`)
      }
    })
    for (const input of node.inputs) {
      if (input.node.type === 'constant' && input.node.data.length !== sizeOf(input.shape)) {
        throw new InternalError(
          `${where}: a constant of ${input.node.data.length} numbers has shape ${showShape(input.shape)}`,
        )
      }
    }
    const { kind } = node.op
    if (
      kind.kind === 'elementwise' &&
      node.inputs.some((input) => !sameShape(input.shape, node.outputs[0].shape))
    ) {
      throw new InternalError(`${where}: an elementwise op's inputs must have its output's shape`)
    }
  }
}
