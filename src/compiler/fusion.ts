import { reachable } from '../graph/graph.js'
import type { Node, OperationNode } from '../graph/node.js'
import { sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { expressionCosts } from './expressionCost.js'

/**
 * What is computed by one set of launches: an anchor with the elementwise ops around it, or elementwise ops alone.
 * `roots` are the tensors that it puts in memory; ops between them stay in registers.
 */
export interface Group {
  /** `pointwise` groups may carry the anchor whose output they finish; `anchor` groups have no fused successors. */
  readonly type: 'pointwise' | 'anchor' | 'concatenate'
  anchor: OperationNode | undefined
  /** Reductions that go over the same elements as the anchor, in the same launches. */
  readonly siblings: OperationNode[]
  readonly roots: Tensor[]
  readonly size: number
  members: number
  /** The groups that read what this one puts in memory. */
  readonly readers: Set<Group>
}

export interface FusionPlan {
  readonly nodes: readonly Node[]
  /** The group that computes a node, where it is not a leaf, a mere view, or computed again wherever it is used. */
  readonly groupOf: Map<Node, Group>
  isRoot(tensor: Tensor): boolean
}

/** A group takes no more ops than this: code grows with each, and registers are few. */
const largestGroup = 48

/** Reductions that one launch computes beside its first: each takes registers for its sums. */
const mostSiblings = 3

/** So many tensors are looked at for what reductions have in common. */
const mostSources = 24

/** What may be computed again at each use, in additions per element: little beside reading the element. */
const cheapest = 6

interface Use {
  readonly group: Group | 'memory'
  /** True if the using op reads the tensor's elements in their own order. */
  readonly aligned: boolean
}

/**
 * Decides which elementwise ops are computed together, from the last node to the first: an op whose users all lie in
 * one group joins it; one with users in several groups is put in memory, by a user's group where that makes no cycle.
 * Views (movements) are computed where they are used, and so is what costs less to compute again from one tensor that is in memory
 * anyway than to write and read. An anchor that takes an epilogue joins a user's group likewise.
 */
export function planFusion(
  results: readonly Tensor[],
  takesEpilogue: (node: OperationNode) => boolean,
): FusionPlan {
  const nodes = reachable(results)
  const consumers = new Map<Node, OperationNode[]>(nodes.map((node) => [node, []]))
  for (const node of nodes) {
    if (node.type === 'operation')
      for (const input of new Set(node.inputs.map((t) => t.node))) consumers.get(input)?.push(node)
  }
  const groupOf = new Map<Node, Group>()
  const roots = new Set<Tensor>()
  const wanted = new Set(results.map((tensor) => tensor.node))

  /** `value` is what is used: the node, or what it is a view of. */
  const usesOf = (node: Node, value: Node = node): Use[] => {
    const uses = (consumers.get(node) as OperationNode[]).flatMap((consumer): Use[] => {
      const { kind } = consumer.op
      const group = groupOf.get(consumer)
      switch (kind.kind) {
        case 'elementwise':
          return group ? [{ group, aligned: true }] : usesOf(consumer)
        case 'movement': {
          // What is computed and then repeated goes to memory, so that it is computed once.
          const computed =
            value.type === 'operation' && ['elementwise', 'random'].includes(value.op.kind.kind)
          if (computed && consumer.outputs[0].size > consumer.inputs[0].size)
            return [{ group: 'memory', aligned: false }]
          if (group) return [{ group, aligned: false }]
          const { type } = kind.movement(consumer.attributes, consumer.inputs)
          return usesOf(consumer, value).map((use) => ({
            group: use.group,
            aligned: use.aligned && type === 'reshape',
          }))
        }
        case 'reduction':
          return group ? [{ group, aligned: false }] : []
        case 'window':
          return [{ group: kind.form === 'reduce' && group ? group : 'memory', aligned: false }]
        default:
          return [{ group: 'memory', aligned: false }]
      }
    })
    return wanted.has(node) ? [...uses, { group: 'memory', aligned: false }] : uses
  }

  /** Additions per element of the nodes that are computed again at each use, with all before and after each of them. */
  const repeated = new Map<Node, number>()
  const expressionCost = expressionCosts()

  /**
   * What it costs to compute a node anew from one tensor at most that is in memory anyway: a leaf, or what others read
   * too. Nothing where there is no such way.
   */
  const costFromMemory = (node: OperationNode): number | undefined => {
    const { kind } = node.op
    if (kind.kind !== 'elementwise' || kind.positional) return undefined
    const dtypes = node.inputs.map(({ dtype }) => dtype)
    const own = expressionCost(kind, node.attributes, dtypes)
    const large = new Set(node.inputs.filter((input) => sourceSize(input) >= node.outputs[0].size))
    if (large.size > 1 || own > cheapest) return undefined
    const [source] = [...large].map((input) => input.node)
    if (source?.type !== 'operation' || (consumers.get(source) as Node[]).length > 1) return own
    const before = costFromMemory(source)
    return before === undefined ? undefined : own + before
  }

  /** Whether a node should be computed again at each use, rather than be put in memory. */
  const isRepeated = (node: OperationNode): boolean => {
    const after = Math.max(0, ...(consumers.get(node) as Node[]).map((user) => repeated.get(user) ?? 0))
    const cost = costFromMemory(node)
    if (cost === undefined || after + cost > cheapest) return false
    repeated.set(node, after + cost)
    return true
  }

  /**
   * Whether the group, or who reads it, must wait for one of the others. Paths lead through whole groups: what reads any root of a group
   * waits for all that the group reads.
   */
  const waitsFor = (group: Group, others: Iterable<Group>): boolean => {
    const after = new Set(others)
    for (const each of after) {
      if (each === group) return true
      for (const reader of each.readers) after.add(reader)
    }
    return false
  }

  /** The groups that need a node in memory before they can start, the one that it is to join too if its anchor reads it. Views are looked through. */
  const readersOf = (node: Node, group?: Group): Group[] =>
    (consumers.get(node) as OperationNode[]).flatMap((consumer) => {
      const reader = groupOf.get(consumer)
      if (reader && reader === group && !isAnchorOf(group, consumer)) return []
      return reader ? [reader] : readersOf(consumer, group)
    })

  const addRoots = (node: OperationNode, group: Group): void => {
    for (const reader of readersOf(node, group)) group.readers.add(reader)
    for (const output of node.outputs) roots.add(output)
  }

  const groupToJoin = (
    tensor: Tensor,
    uses: readonly Use[],
    accepts: (group: Group) => boolean,
  ): Group | undefined =>
    uses
      .flatMap(({ group, aligned }) => (aligned && group !== 'memory' ? [group] : []))
      .find(
        (group) =>
          group.type === 'pointwise' &&
          group.size === tensor.size &&
          group.members < largestGroup &&
          accepts(group) &&
          !waitsFor(group, readersOf(tensor.node, group)),
      )

  /** Groups of reductions by what siblings have in common. */
  const reductions = new Map<string, Group[]>()

  /** The group of a reduction: one of the same axes that reads something of what this one reads, where neither waits for the other. */
  const joinSiblings = (node: OperationNode): void => {
    const key = reductionKey(node)
    const known = reductions.get(key) ?? []
    const sources = largeSources(node)
    const readers = readersOf(node)
    const group = known.find(
      (group) =>
        group.siblings.length < mostSiblings &&
        group.members < largestGroup &&
        group.anchor !== undefined &&
        [...largeSources(group.anchor)].some((source) => sources.has(source)) &&
        !waitsFor(group, readers),
    )
    if (!group) {
      reductions.set(key, [...known, start('anchor', node, node)])
      return
    }
    groupOf.set(node, group)
    group.members++
    group.siblings.push(node)
    group.roots.push(...node.outputs)
    addRoots(node, group)
  }

  const start = (type: Group['type'], node: OperationNode, anchor?: OperationNode): Group => {
    const group: Group = {
      type,
      anchor,
      siblings: [],
      roots: [...node.outputs],
      size: sizeOf(node.outputs[0].shape),
      members: 1,
      readers: new Set(),
    }
    groupOf.set(node, group)
    addRoots(node, group)
    return group
  }

  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]
    if (node.type !== 'operation') continue
    const uses = usesOf(node)
    const groups = new Set(uses.map((use) => use.group))
    const [output] = node.outputs
    switch (node.op.kind.kind) {
      case 'elementwise':
      case 'random': {
        const [only] = groups
        if (groups.size === 1 && only !== 'memory' && only.members < largestGroup) {
          groupOf.set(node, only)
          only.members++
          break
        }
        if (!groups.has('memory') && isRepeated(node)) break
        const joined = groupToJoin(output, uses, () => true)
        if (joined) {
          groupOf.set(node, joined)
          joined.members++
          joined.roots.push(output)
          addRoots(node, joined)
        } else start('pointwise', node)
        break
      }
      case 'movement': {
        const { type } = node.op.kind.movement(node.attributes, node.inputs)
        if (type === 'concatenate') start('concatenate', node)
        // A reshape of something in memory is the same memory; other views are copied if memory is asked for.
        else if (groups.has('memory') && type === 'affine') start('pointwise', node)
        break
      }
      case 'reduction':
        joinSiblings(node)
        break
      default: {
        const joined = takesEpilogue(node) ? groupToJoin(output, uses, (group) => !group.anchor) : undefined
        if (!joined) {
          start('anchor', node, node)
          break
        }
        groupOf.set(node, joined)
        if (groups.size > 1) {
          joined.roots.push(output)
          addRoots(node, joined)
        }
        joined.anchor = node
      }
    }
  }
  return { nodes, groupOf, isRoot: (tensor) => roots.has(tensor) }
}

/** Whether a group's loops are those of this node. */
export const isAnchorOf = ({ anchor, siblings }: Group, node: Node): boolean =>
  node === anchor || siblings.some((sibling) => sibling === node)

/** What two reductions have in common that can be computed by the same loops. Positions are found alone. */
function reductionKey(node: OperationNode): string {
  const { kind } = node.op
  const [{ shape, dtype }] = node.inputs
  if (kind.kind !== 'reduction' || kind.combine.startsWith('index')) return `${node.id}`
  return `${kind.combine} ${dtype} ${shape} ${kind.axes(node.attributes)} ${node.outputs[0].dtype}`
}

/** Tensors as large as a reduction's input that it is computed from, as far as ops are fused. */
function largeSources({ inputs: [input] }: OperationNode): Set<Tensor> {
  const found = new Set<Tensor>([input])
  for (const { node } of found) {
    if (node.type !== 'operation' || !['elementwise', 'movement'].includes(node.op.kind.kind)) continue
    for (const each of node.inputs)
      if (found.size < mostSources && sourceSize(each) >= input.size) found.add(each)
  }
  return found
}

/** How many elements are read for a tensor, views looked through: fewer than it has where they are repeated. */
function sourceSize({ node, size }: Tensor): number {
  if (node.type !== 'operation' || node.op.kind.kind !== 'movement') return size
  return Math.min(size, ...node.inputs.map(sourceSize))
}
