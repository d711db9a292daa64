import { type Shape, stridesOf } from '../graph/shape.js'

/** `offset + sum over axes of factors[axis] * coordinate[axis]`: an index as a function of an iteration space. */
export interface Affine {
  readonly offset: number
  readonly factors: readonly number[]
}

/** Where an element of a tensor is, in terms of the iteration space: by axis, or by its row-major number alone. */
export type Position =
  | { readonly type: 'axes'; readonly shape: Shape; readonly axes: readonly Affine[] }
  | { readonly type: 'flat'; readonly index: Affine }

export const constantIndex = (rank: number, offset = 0): Affine => ({
  offset,
  factors: new Array(rank).fill(0),
})

export function combine(offset: number, terms: readonly (readonly [number, Affine])[], rank: number): Affine {
  const factors = new Array<number>(rank).fill(0)
  let sum = offset
  for (const [weight, affine] of terms) {
    if (weight === 0) continue
    sum += weight * affine.offset
    for (let axis = 0; axis < rank; axis++) factors[axis] += weight * affine.factors[axis]
  }
  return { offset: sum, factors }
}

/** The iteration space itself as a position: the identity. */
export function identityPosition(space: Shape): Extract<Position, { type: 'axes' }> {
  const axes = space.map((_, axis) => ({
    offset: 0,
    factors: space.map((_, other) => (other === axis ? 1 : 0)),
  }))
  return { type: 'axes', shape: space, axes }
}

/** The row-major number of a position. */
export function flatIndex(position: Position, rank: number): Affine {
  if (position.type === 'flat') return position.index
  const strides = stridesOf(position.shape)
  return combine(
    0,
    position.axes.map((axis, i) => [strides[i], axis] as const),
    rank,
  )
}

/** Smallest and largest value over the iteration space. */
export function rangeOf(affine: Affine, space: Shape): readonly [number, number] {
  let low = affine.offset
  let high = affine.offset
  affine.factors.forEach((factor, axis) => {
    const span = factor * Math.max(0, space[axis] - 1)
    if (span < 0) low += span
    else high += span
  })
  return [low, high]
}

/**
 * A position by axes of `shape`, if it can be had without division: each iteration axis must move within one tensor
 * axis. `undefined` where an iteration axis runs across several (a merged axis split again).
 */
export function byAxes(position: Position, shape: Shape, space: Shape): readonly Affine[] | undefined {
  if (
    position.type === 'axes' &&
    position.shape.length === shape.length &&
    position.shape.every((n, i) => n === shape[i])
  ) {
    return position.axes
  }
  const rank = space.length
  const flat = flatIndex(position, rank)
  const strides = stridesOf(shape)
  let rest = flat.offset
  if (rest < 0) return undefined
  const axes: { offset: number; factors: number[] }[] = shape.map((size, axis) => {
    const offset = size === 1 ? 0 : Math.floor(rest / strides[axis])
    rest -= offset * strides[axis]
    return { offset, factors: new Array<number>(rank).fill(0) }
  })
  if (rest !== 0) return undefined
  for (let i = 0; i < rank; i++) {
    const factor = flat.factors[i]
    if (factor === 0 || space[i] === 1) continue
    if (factor < 0) return undefined
    const axis = shape.findIndex(
      (size, a) => size > 1 && factor % strides[a] === 0 && factor / strides[a] < size,
    )
    if (axis < 0) return undefined
    axes[axis].factors[i] += factor / strides[axis]
  }
  const fits = axes.every((affine, axis) => {
    const [low, high] = rangeOf(affine, space)
    return low >= 0 && high < Math.max(1, shape[axis])
  })
  return fits ? axes : undefined
}

/**
 * Joins neighbouring axes of an iteration space wherever every index moves along them as along one longer axis, and
 * drops axes of size 1; at least one axis is left. `keep` names axes that stay and are not joined with the one before.
 */
export function mergeAxes(
  space: Shape,
  forms: readonly Affine[],
  keep: ReadonlySet<number> = new Set(),
): { readonly space: number[]; readonly groups: readonly (readonly number[])[] } {
  const groups: number[][] = []
  space.forEach((size, axis) => {
    const last = groups.at(-1)
    if (size === 1 && !keep.has(axis)) return
    const previous = last?.at(-1)
    const joins =
      last !== undefined &&
      previous !== undefined &&
      !Array.from({ length: axis - previous }, (_, i) => previous + 1 + i).some((between) =>
        keep.has(between),
      ) &&
      // Along an axis of size 1 nothing moves.
      (space[previous] === 1 || forms.every((form) => form.factors[previous] === form.factors[axis] * size))
    if (joins) last.push(axis)
    else groups.push([axis])
  })
  if (groups.length === 0) groups.push([])
  return { space: groups.map((group) => group.reduce((size, axis) => size * space[axis], 1)), groups }
}

/** An index over merged axes: a merged axis moves as its innermost member does. */
export const mergedForm = (form: Affine, groups: readonly (readonly number[])[]): Affine => ({
  offset: form.offset,
  factors: groups.map((group) => (group.length === 0 ? 0 : form.factors[group[group.length - 1]])),
})
