import { ShapeError } from '../errors.js'

/** Sizes of a tensor's axes, outermost first. Images are `[batch, height, width, channels]`. */
export type Shape = readonly number[]

export const sizeOf = (shape: Shape): number => shape.reduce((size, axis) => size * axis, 1)

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i])

export const showShape = (shape: Shape): string => `[${shape.join(', ')}]`

/** @throws ShapeError for what is no list of sizes */
export function checkShape(shape: Shape, what: string): void {
  if (Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 0)) return
  const given = Array.isArray(shape) ? showShape(shape) : String(shape)
  throw new ShapeError(`${what}: expected a shape as a list of sizes, such as [28, 28], received ${given}.`)
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1)
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1]
  return strides
}

/** Where an axis number, which may count from the end, lies in a shape of this rank. */
export function resolveAxis(axis: number, rank: number, what: string): number {
  const resolved = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank) {
    throw new ShapeError(
      `${what}: axis ${axis} does not exist in a tensor of rank ${rank}. Use ${-rank} to ${rank - 1}.`,
    )
  }
  return resolved
}

/** The shape that two shapes broadcast to: aligned at the last axis, where a size of 1 stretches. */
export function broadcastShapes(a: Shape, b: Shape, what: string): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1
    const y = b[i - rank + b.length] ?? 1
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError(
        `${what}: shapes ${showShape(a)} and ${showShape(b)} do not broadcast: axis ${i - rank} has sizes ${x} and ${y}. ` +
          'Sizes must be equal, or one of them 1.',
      )
    }
    return x === 1 ? y : x
  })
}
