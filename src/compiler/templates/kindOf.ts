import { InternalError } from '../../errors.js'
import type { OperationNode } from '../../graph/node.js'
import type { Kind, KindName } from '../../graph/op.js'

/** What a node's op says about its kind, which must be the one that a template is for. */
export function kindOf<N extends KindName>(node: OperationNode, name: N): Extract<Kind, { kind: N }> {
  const { kind } = node.op
  if (kind.kind !== name) {
    throw new InternalError(`The ${name} template was given ${node.op.name}, whose kind is ${kind.kind}`)
  }
  return kind as Extract<Kind, { kind: N }>
}
