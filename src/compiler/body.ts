import { attributesText } from '../graph/canonical.js'
import type { DType } from '../graph/dtype.js'
import type { Attributes, Elementwise, Random } from '../graph/op.js'
import type { Shape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import {
  type Affine,
  byAxes,
  combine,
  constantIndex,
  flatIndex,
  identityPosition,
  mergeAxes,
  mergedForm,
  type Position,
  rangeOf,
} from './affine.js'
import type { BufferView } from './lowering.js'

/** `0 <= index < size` must hold, or the value is the fill of the padding it belongs to. */
export interface Guard {
  readonly index: Affine
  readonly size: number
}

/** One scalar step of a fused body. Steps refer to earlier ones by number. */
export type BodyStep =
  | {
      readonly type: 'read'
      readonly view: BufferView
      readonly dtype: DType
      readonly index: Affine
      readonly guards: readonly Guard[]
    }
  | { readonly type: 'literal'; readonly dtype: DType; readonly value: number }
  /** What the anchor computed for this element of its output. */
  | { readonly type: 'anchor'; readonly dtype: DType }
  | {
      readonly type: 'apply'
      readonly op: Elementwise<Attributes> | Random<Attributes>
      readonly name: string
      readonly attributes: Attributes
      readonly inputs: readonly number[]
      readonly dtype: DType
      /** Present for ops that ask for coordinates or numbers of elements: by axis where known, and flat. */
      readonly coordinates: readonly Affine[] | undefined
      readonly linear: Affine
    }
  | {
      readonly type: 'guarded'
      readonly guards: readonly Guard[]
      readonly value: number
      readonly fill: number
      readonly dtype: DType
    }

/** Elementwise ops fused over one iteration space. */
export interface Body {
  readonly space: Shape
  readonly steps: readonly BodyStep[]
  /** The step that computes each asked-for tensor. */
  readonly results: readonly number[]
}

/** How a body comes by a tensor that it does not compute itself. */
export type Source =
  | { readonly type: 'buffer'; readonly view: BufferView }
  | { readonly type: 'anchor' }
  | { readonly type: 'inline' }

/** A tensor to compute, and where its elements are in terms of the space. Where a guard fails, the value is `fill`. */
export interface Wanted {
  readonly tensor: Tensor
  readonly position: Position
  readonly guards?: readonly Guard[]
  readonly fill?: number
}

/**
 * Writes tensors as one body over `space`. `sourceOf` says which tensors are in memory, which is the anchor's, and which
 * are computed here. Throws `Unresolvable`, naming a tensor that must be put in memory first, where an index would need division.
 */
export function resolveBody(
  wanted: readonly Wanted[],
  space: Shape,
  sourceOf: (tensor: Tensor) => Source,
): Body {
  const rank = space.length
  const steps: BodyStep[] = []
  const known = new Map<string, number>()

  const add = (key: string, make: () => BodyStep): number => {
    const before = known.get(key)
    if (before !== undefined) return before
    steps.push(make())
    known.set(key, steps.length - 1)
    return steps.length - 1
  }

  /** Numbers of positions, indices and guards, the same for equal ones: most are met many times, as the same object. */
  const numbers = new Map<object, number>()
  const byText = new Map<string, number>()
  const numberOf = (value: Position | Affine | readonly Guard[]): number => {
    const before = numbers.get(value)
    if (before !== undefined) return before
    const text = JSON.stringify(value)
    const number = byText.get(text) ?? byText.size
    byText.set(text, number)
    numbers.set(value, number)
    return number
  }
  const flat = new Map<Position, Affine>()
  const flatOf = (position: Position): Affine => {
    const before = flat.get(position)
    if (before) return before
    const index = flatIndex(position, rank)
    flat.set(position, index)
    return index
  }

  const resolve = (tensor: Tensor, position: Position, guards: readonly Guard[]): number => {
    const { node } = tensor
    const place = `${node.id}.${tensor.index}@${numberOf(position)},${numberOf(guards)}`
    const before = known.get(place)
    if (before !== undefined) return before
    const step = resolveNew(tensor, position, guards)
    known.set(place, step)
    return step
  }

  const resolveNew = (tensor: Tensor, position: Position, guards: readonly Guard[]): number => {
    const { node, dtype } = tensor
    if (node.type === 'constant' && node.literal && node.data.length === 1) {
      const value = node.data[0]
      return add(`literal ${dtype} ${Object.is(value, -0) ? '-0' : value}`, () => ({
        type: 'literal',
        dtype,
        value,
      }))
    }
    const source = sourceOf(tensor)
    if (source.type === 'anchor') {
      // The anchor hands over each element where it stands: it cannot be read out of order.
      const here = numberOf(flatOf(position)) === numberOf(flatIndex(identityPosition(space), rank))
      if (!here || guards.length > 0) throw new Unresolvable(tensor)
      return add('anchor', () => ({ type: 'anchor', dtype }))
    }
    if (source.type === 'buffer') {
      const { view } = source
      const key = `read ${view.buffer.id} ${view.offset} ${view.strides} ${numberOf(flatOf(position))} ${numberOf(guards)}`
      return add(key, () => ({ type: 'read', view, dtype, index: flatIndex(position, rank), guards }))
    }
    if (node.type !== 'operation') throw new Unresolvable(tensor)
    const { kind } = node.op
    switch (kind.kind) {
      case 'elementwise': {
        const inputs = node.inputs.map((input) => resolve(input, position, guards))
        return applied(kind, inputs, tensor, position)
      }
      case 'random': {
        const inputs = [0, 1].map((word) =>
          resolve(node.inputs[0], { type: 'axes', shape: [2], axes: [constantIndex(rank, word)] }, []),
        )
        return applied(kind, inputs, tensor, position)
      }
      case 'movement': {
        const [input] = node.inputs
        const movement = kind.movement(node.attributes, node.inputs)
        if (movement.type === 'concatenate') throw new Unresolvable(tensor)
        if (movement.type === 'reshape') {
          return resolve(input, { type: 'flat', index: flatIndex(position, rank) }, guards)
        }
        const coordinates = byAxes(position, tensor.shape, space)
        if (!coordinates) throw new Unresolvable(tensor)
        const axes = input.shape.map((_, axis) =>
          combine(
            movement.offset[axis],
            movement.factor[axis].map((factor, o) => [factor, coordinates[o]] as const),
            rank,
          ),
        )
        const inside: Position = { type: 'axes', shape: input.shape, axes }
        if (movement.fill === undefined) return resolve(input, inside, guards)
        const added = necessaryGuards(axes, input.shape, space)
        return guarded(resolve(input, inside, [...guards, ...added]), added, movement.fill, dtype)
      }
      default:
        throw new Unresolvable(tensor)
    }
  }

  const applied = (
    op: Elementwise<Attributes> | Random<Attributes>,
    inputs: readonly number[],
    tensor: Tensor,
    position: Position,
  ): number => {
    const { node } = tensor
    if (node.type !== 'operation') throw new Unresolvable(tensor)
    const {
      attributes,
      op: { name },
    } = node
    const { dtype } = tensor
    const positional = isPositional(op)
    const coordinates = positional ? byAxes(position, tensor.shape, space) : undefined
    if (positional && op.kind === 'elementwise' && !coordinates) throw new Unresolvable(tensor)
    const linear = positional ? flatIndex(position, rank) : flatOf(position)
    steps.push({ type: 'apply', op, name, attributes, inputs, dtype, coordinates, linear })
    return steps.length - 1
  }

  const guarded = (value: number, guards: readonly Guard[], fill: number, dtype: DType): number =>
    guards.length === 0
      ? value
      : add(`guarded ${value} ${fill} ${numberOf(guards)}`, () => ({
          type: 'guarded',
          guards,
          value,
          fill,
          dtype,
        }))

  const results = wanted.map(({ tensor, position, guards = [], fill = 0 }) =>
    guarded(resolve(tensor, position, guards), guards, fill, tensor.dtype),
  )
  return { space, steps, results }
}

/** Guards for those axes along which an index can leave the tensor. */
export const necessaryGuards = (axes: readonly Affine[], shape: Shape, space: Shape): Guard[] =>
  axes
    .map((index, axis) => ({ index, size: shape[axis] }))
    .filter(({ index, size }) => {
      const [low, high] = rangeOf(index, space)
      return low < 0 || high >= size
    })

/** Thrown where a tensor cannot be computed inside a body; putting it in memory first is the way out. */
export class Unresolvable extends Error {
  constructor(readonly tensor: Tensor) {
    super('internal: tensor cannot be fused here')
  }
}

/** The ops of a body in order, for reports. */
export const opsOf = (body: Body): string[] =>
  body.steps.flatMap((step) => (step.type === 'apply' ? [step.name] : []))

/** All indices in a body. */
export function formsOf(body: Body): Affine[] {
  return body.steps.flatMap((step) => {
    switch (step.type) {
      case 'read':
        return [step.index, ...step.guards.map((guard) => guard.index)]
      case 'guarded':
        return step.guards.map((guard) => guard.index)
      case 'apply':
        return asksForPosition(step) ? [step.linear, ...(step.coordinates ?? [])] : []
      default:
        return []
    }
  })
}

/** A body as text, but for where its views lie: bodies of equal texts are emitted alike. And the views, in order. */
export function describeBody({ space, steps, results }: Body): { text: string; views: BufferView[] } {
  const views: BufferView[] = []
  const form = ({ offset, factors }: Affine): string => `${offset}+${factors}`
  const guarded = (guards: readonly Guard[]): string =>
    guards.map(({ index, size }) => `${form(index)}<${size}`).join('&')
  const lines = steps.map((step): string => {
    switch (step.type) {
      case 'read':
        views.push(step.view)
        return `read ${step.dtype} ${form(step.index)} ${guarded(step.guards)}`
      case 'literal':
        return `literal ${step.dtype} ${Object.is(step.value, -0) ? '-0' : step.value}`
      case 'anchor':
        return `anchor ${step.dtype}`
      case 'guarded':
        return `guarded ${step.dtype} ${step.value} ${Object.is(step.fill, -0) ? '-0' : step.fill} ${guarded(step.guards)}`
      case 'apply': {
        const place = asksForPosition(step)
          ? [step.linear, ...(step.coordinates ?? [])].map(form).join(';')
          : ''
        return `${numberOfOp(step.op)} ${attributesText(step.attributes)} ${step.inputs} ${step.dtype} ${place}`
      }
    }
  })
  return { text: [space, ...lines, results].join('\n'), views }
}

const opNumbers = new WeakMap<object, number>()
let ops = 0

/** A number that no other op has: names may be shared. */
function numberOfOp(op: object): number {
  const number = opNumbers.get(op) ?? ops++
  opNumbers.set(op, number)
  return number
}

/** Whether an op's result depends on where the element is. */
export const asksForPosition = (step: Extract<BodyStep, { type: 'apply' }>): boolean => isPositional(step.op)

const isPositional = (op: Elementwise<Attributes> | Random<Attributes>): boolean =>
  op.kind === 'random' || op.positional === true

/** The same body over fewer, longer axes. `extra` are further indices (of stores) that must allow it. */
export function mergeBody(
  body: Body,
  extra: readonly Affine[],
  keep: ReadonlySet<number> = new Set(),
): { readonly body: Body; readonly groups: readonly (readonly number[])[] } {
  const { space, groups } = mergeAxes(body.space, [...formsOf(body), ...extra], keep)
  const form = (affine: Affine) => mergedForm(affine, groups)
  const guard = ({ index, size }: Guard): Guard => ({ index: form(index), size })
  const steps = body.steps.map((step): BodyStep => {
    switch (step.type) {
      case 'read':
        return { ...step, index: form(step.index), guards: step.guards.map(guard) }
      case 'guarded':
        return { ...step, guards: step.guards.map(guard) }
      case 'apply':
        return {
          ...step,
          linear: form(step.linear),
          coordinates: asksForPosition(step) ? step.coordinates?.map(form) : undefined,
        }
      default:
        return step
    }
  })
  return { body: { space, steps, results: body.results }, groups }
}
