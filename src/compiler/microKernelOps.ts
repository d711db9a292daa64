import { type CanonicalTrace, canonicalize } from '../graph/canonical.js'
import { Graph, reachable } from '../graph/graph.js'
import { type OperationNode, operation, parameter } from '../graph/node.js'
import { simplify } from '../graph/simplify.js'
import type { Tensor } from '../graph/tensor.js'

/** The contractions and convolutions of a trace as they are compiled, those inside loops too. */
export function microKernelOps({ trace }: CanonicalTrace): OperationNode[] {
  const found: OperationNode[] = []
  const visit = (results: readonly Tensor[]): void => {
    for (const node of reachable(results)) {
      if (node.type !== 'operation') continue
      const { kind } = node.op
      if (kind.kind === 'contraction' || kind.kind === 'convolution') found.push(node)
      else if (kind.kind === 'loop') visit(kind.body(node.attributes).graph.results)
    }
  }
  visit(simplify([...trace.graph.results, ...trace.assignments.values()]))
  return found
}

/** One op by itself, on operands of the same shapes. Its key says what is computed, and nothing of where it stands. */
export function opAlone({ op, inputs, attributes, outputs }: OperationNode): CanonicalTrace {
  const operands = inputs.map((input, i) => parameter(`operand ${i}`, input))
  return canonicalize({
    graph: new Graph(operands, operation(op, operands, attributes, outputs)),
    assignments: new Map(),
  })
}
