import { InternalError } from '../errors.js'
import type { DType } from '../graph/dtype.js'
import type { Node, OperationNode } from '../graph/node.js'
import { type Shape, sameShape, sizeOf, stridesOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import type { TargetTraits } from '../loops/traits.js'
import { flatIndex, identityPosition, type Position } from './affine.js'
import { type Body, mergeBody, opsOf, resolveBody, type Source, Unresolvable, type Wanted } from './body.js'
import { type Cut, type CutOrigin, modelCut } from './cut.js'
import { type FusionPlan, type Group, isAnchorOf, planFusion } from './fusion.js'
import type { LaunchRecorder } from './launches.js'
import type { BufferView, DeviceBuffer, Epilogue, LaunchRequest, Lowering } from './lowering.js'
import { bytesOfBuffer } from './memoryPlan.js'
import { bodyEpilogue } from './templates/epilogue.cpu.js'
import { templateOf } from './templates/index.js'
import { lowerPointwise, type Store } from './templates/pointwise.cpu.js'

/** A cut and who says so, for an op that a micro-kernel may compute. */
export type CutOf = (node: OperationNode) => { readonly cut: Cut; readonly by: CutOrigin }

const byModel = { cut: modelCut, by: 'model' } as const

export const cutByModel: CutOf = () => byModel

/**
 * Lowers a graph into launches: each group of the fusion plan in turn, what it reads first. `bindings` say where leaves
 * (parameters, variables, constants) are.
 */
export class GraphLowering {
  private readonly plan: FusionPlan
  private readonly places = new Map<Tensor, BufferView>()
  private readonly done = new Set<Group>()
  /** Tensors that fusion meant to compute in place but that had to be put in memory. */
  private readonly extra = new Map<Tensor, Group>()

  constructor(
    private readonly results: readonly Tensor[],
    readonly bindings: ReadonlyMap<Node, BufferView>,
    readonly recorder: LaunchRecorder,
    readonly traits: TargetTraits,
    /** How the launches of an anchor are cut. */
    readonly cutOf: CutOf,
    /** How many repeats enclose these launches. */
    readonly depth = 0,
  ) {
    this.plan = planFusion(results, (node) => templateOf(node)?.takesEpilogue(node) ?? false)
    for (const node of this.plan.nodes) {
      const group = this.plan.groupOf.get(node)
      if (group) this.lower(group)
    }
  }

  /** Where a tensor's elements are, row-major; computes them now if need be. */
  view(tensor: Tensor): BufferView {
    const bound = this.bindings.get(tensor.node)
    if (bound) return bound
    const { node } = tensor
    if (node.type === 'operation') {
      const { kind } = node.op
      if (
        kind.kind === 'movement' &&
        !this.plan.groupOf.has(node) &&
        kind.movement(node.attributes, node.inputs).type === 'reshape'
      ) {
        return this.view(node.inputs[0])
      }
      const group = this.plan.groupOf.get(node)
      if (group && this.plan.isRoot(tensor)) this.lower(group)
    }
    const place = this.places.get(tensor)
    if (place) return place
    this.materialise(tensor)
    return this.places.get(tensor) as BufferView
  }

  /** Whether anything reads this output of a node with several. */
  isUsed(tensor: Tensor): boolean {
    const read = (node: Node) => node.type === 'operation' && node.inputs.includes(tensor)
    return this.results.includes(tensor) || this.plan.nodes.some(read)
  }

  private materialise(tensor: Tensor): void {
    const group: Group = {
      type: 'pointwise',
      anchor: undefined,
      siblings: [],
      roots: [tensor],
      size: tensor.size,
      members: 1,
      readers: new Set(),
    }
    this.extra.set(tensor, group)
    this.lower(group)
  }

  private lower(group: Group): void {
    if (this.done.has(group)) return
    this.done.add(group)
    const { anchor } = group
    if (group.type === 'concatenate') this.lowerConcatenate(group)
    else if (!anchor) this.lowerPointwise(group.roots, group)
    else if (group.type === 'anchor') this.lowerAnchor(anchor, group, undefined)
    else {
      const epilogue = this.epilogueFor(anchor, group)
      this.lowerAnchor(anchor, group, epilogue)
      // Where the ops do not fit an epilogue, they follow as loops of their own.
      if (!epilogue)
        this.lowerPointwise(
          group.roots.filter((root) => root.node !== anchor),
          group,
        )
    }
  }

  private place(tensor: Tensor): BufferView {
    const known = this.places.get(tensor)
    if (known) return known
    const made = this.recorder.view(tensor.dtype, tensor.size)
    this.places.set(tensor, made)
    return made
  }

  /** How `group` comes by a tensor. */
  private source(tensor: Tensor, group: Group | undefined, anchor: OperationNode | undefined): Source {
    const { node } = tensor
    if (anchor && node === anchor) return { type: 'anchor' }
    const bound = this.bindings.get(node)
    if (bound) return { type: 'buffer', view: bound }
    if (node.type !== 'operation') return { type: 'inline' }
    const apart = this.extra.get(tensor)
    if (apart && apart !== group) return { type: 'buffer', view: this.view(tensor) }
    const own = this.plan.groupOf.get(node)
    if (own === undefined) return { type: 'inline' }
    if (own === group)
      return isAnchorOf(own, node) ? { type: 'buffer', view: this.place(tensor) } : { type: 'inline' }
    const stored = this.plan.isRoot(tensor) || isAnchorOf(own, node)
    return stored && apart === undefined ? { type: 'buffer', view: this.view(tensor) } : { type: 'inline' }
  }

  /**
   * A body over `space`, with whatever cannot be computed inside it put in memory first. If `flexible`, the space may
   * instead become that of a tensor inside with as many elements, which spares a copy.
   */
  resolve(
    wanted: (space: Shape) => readonly Wanted[],
    space: Shape,
    group: Group | undefined,
    flexible: boolean,
  ): Body {
    const spaces = [space]
    let blocked: Tensor | undefined
    for (let i = 0; ; i++) {
      if (i === spaces.length) {
        if (!blocked) throw new InternalError('a body was neither resolved nor blocked')
        this.materialise(blocked)
        blocked = undefined
        i = 0
      }
      try {
        return resolveBody(wanted(spaces[i]), spaces[i], (tensor) => this.source(tensor, group, undefined))
      } catch (error) {
        if (!(error instanceof Unresolvable)) throw error
        blocked ??= error.tensor
        const { shape } = error.tensor
        if (flexible && sizeOf(shape) === sizeOf(space) && !spaces.some((other) => sameShape(other, shape)))
          spaces.push(shape)
      }
    }
  }

  private lowerPointwise(roots: readonly Tensor[], group: Group): void {
    if (roots.length === 0) return
    const body = this.resolve((space) => wantedAt(roots, space), roots[0].shape, group, true)
    const index = flatIndex(identityPosition(body.space), body.space.length)
    const stores = roots.map((root): Store => ({ view: this.place(root), dtype: root.dtype, index }))
    lowerPointwise(body, stores, this.lowering(opsOf(body).join('+')))
  }

  private lowerConcatenate(group: Group): void {
    const [output] = group.roots
    const { node } = output
    if (node.type !== 'operation' || node.op.kind.kind !== 'movement')
      throw new InternalError('not a concatenation')
    const movement = node.op.kind.movement(node.attributes, node.inputs)
    if (movement.type !== 'concatenate') throw new InternalError('not a concatenation')
    const strides = stridesOf(output.shape)
    let offset = 0
    for (const input of node.inputs) {
      const start = offset * strides[movement.axis]
      offset += input.shape[movement.axis]
      if (input.size === 0) continue
      const body = this.resolve((space) => wantedAt([input], space), input.shape, group, false)
      const index = { offset: start, factors: strides }
      lowerPointwise(
        body,
        [{ view: this.place(output), dtype: output.dtype, index }],
        this.lowering(`${node.op.name}`),
      )
    }
  }

  /** The ops after an anchor as an epilogue over its rows and columns, or nothing where they need more axes. */
  private epilogueFor(anchor: OperationNode, group: Group): Epilogue | undefined {
    const [output] = anchor.outputs
    const rank = output.shape.length
    let body: Body
    try {
      body = resolveBody(wantedAt(group.roots, output.shape), output.shape, (tensor) =>
        this.source(tensor, group, anchor),
      )
    } catch (error) {
      if (error instanceof Unresolvable) return undefined
      throw error
    }
    const index = flatIndex(identityPosition(output.shape), rank)
    const merged = mergeBody(body, [index], new Set([0, rank - 1]))
    if (merged.groups.length !== 2) return undefined
    const columns = output.shape[rank - 1]
    const stores = group.roots.map((root) => ({
      view: this.place(root),
      dtype: root.dtype,
      index: { offset: 0, factors: [columns, 1] },
    }))
    return bodyEpilogue(
      merged.body,
      stores,
      anchor.inputs.map((input) => this.view(input).buffer),
    )
  }

  private lowerAnchor(node: OperationNode, group: Group, epilogue: Epilogue | undefined): void {
    const plain = (): Epilogue => {
      const [output] = node.outputs
      const columns = output.shape[output.shape.length - 1] ?? 1
      const index = { offset: 0, factors: [columns, 1] }
      const body: Body = {
        space: [output.size / columns, columns],
        steps: [{ type: 'anchor', dtype: output.dtype }],
        results: [0],
      }
      return bodyEpilogue(body, [{ view: this.place(output), dtype: output.dtype, index }], [])
    }
    const template = templateOf(node)
    if (!template) throw new InternalError(`${node.op.name} has no launches of its own`)
    const finish = epilogue ?? (template.takesEpilogue(node) ? plain() : { ops: '', bind: noEpilogue })
    const anchors = [node, ...group.siblings].map(({ op }) => op.name)
    const ops = [...anchors, finish.ops].filter(Boolean).join('+')
    template.lower(node, this.lowering(ops, group, node), finish)
  }

  lowering(ops: string, group?: Group, anchor?: OperationNode): GroupLowering {
    const { cut, by } = anchor ? this.cutOf(anchor) : byModel
    return new GroupLowering(this, ops, group, (tensor) => this.place(tensor), cut, by)
  }
}

function noEpilogue(): never {
  throw new InternalError('this template takes no epilogue')
}

const wantedAt = (tensors: readonly Tensor[], space: Shape): Wanted[] => {
  const identity = identityPosition(space)
  const flat: Position = { type: 'flat', index: flatIndex(identity, space.length) }
  return tensors.map((tensor) => ({ tensor, position: sameShape(tensor.shape, space) ? identity : flat }))
}

/** What a template sees while one group is lowered. Templates of this folder may also resolve bodies. */
export class GroupLowering implements Lowering {
  constructor(
    readonly graph: GraphLowering,
    private readonly ops: string,
    private readonly group: Group | undefined,
    private readonly place: (tensor: Tensor) => BufferView,
    readonly cut: Cut,
    private readonly cutBy: CutOrigin,
  ) {}

  get traits(): TargetTraits {
    return this.graph.traits
  }

  input(tensor: Tensor): BufferView {
    return this.graph.view(tensor)
  }

  output(tensor: Tensor): BufferView {
    return this.place(tensor)
  }

  scratch(dtype: DType, elements: number): BufferView {
    return this.graph.recorder.view(dtype, elements)
  }

  isFixed({ buffer }: BufferView): boolean {
    return this.graph.recorder.fixed.has(buffer)
  }

  launch(request: LaunchRequest): void {
    this.graph.recorder.launch(request, this.ops, (buffer: DeviceBuffer) => bytesOfBuffer(buffer), this.cutBy)
  }

  /** Anchors that are computed in the same launches. */
  get siblings(): readonly OperationNode[] {
    return this.group?.siblings ?? []
  }

  /** Inputs as one body over `space`, with the ops fused before them. */
  fusedInputs(wanted: readonly Wanted[], space: Shape): Body {
    return this.graph.resolve(() => wanted, space, this.group, false)
  }
}
