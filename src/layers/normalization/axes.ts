import type { Shape } from '../../graph/shape.js'

/** The axes of a tensor that are not among these, which may count from the end. */
export function otherAxes(rank: number, axes: readonly number[]): number[] {
  const resolved = axes.map((axis) => (axis < 0 ? axis + rank : axis))
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !resolved.includes(axis))
}

/** A shape with 1 for all axes but these, which may count from the end: in it, values along them broadcast. */
export function shapeAlong(shape: Shape, axes: readonly number[]): number[] {
  const others = otherAxes(shape.length, axes)
  return shape.map((size, axis) => (others.includes(axis) ? 1 : size))
}
