/** The axes of a tensor that are not among these, which may count from the end. */
export function otherAxes(rank: number, axes: readonly number[]): number[] {
  const resolved = axes.map((axis) => (axis < 0 ? axis + rank : axis))
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !resolved.includes(axis))
}
