import type { LineStyle } from './palette.js'

/** How numbers go along an axis. */
export type AxisScale = 'linear' | 'log'

/** A line of a diagram: `y[i]` over `x[i]`, which increases. Where `y` is no finite number, the line has a gap. */
export interface Curve extends LineStyle {
  readonly label: string
  readonly x: readonly number[]
  readonly y: readonly number[]
}

/**
 * The points of a curve that decide how it looks on so many columns of pixels: in each the first, the last, the lowest and the highest,
 * and one without a number if there is any, so that gaps stay. A curve of a million points becomes one of a few thousand that looks the same.
 */
export function thin(curve: Curve, columns: number): Curve {
  const { x, y } = curve
  const most = 5 * columns
  if (x.length <= most) return curve
  const [first, last] = [x[0], x[x.length - 1]]
  const columnOf = (i: number) =>
    Math.min(columns - 1, Math.floor(((x[i] - first) / (last - first)) * columns))
  const kept: number[] = []
  for (let from = 0; from < x.length; ) {
    const column = columnOf(from)
    const found: Extremes = { lowest: undefined, highest: undefined, gap: undefined }
    let end = from
    for (; end < x.length && columnOf(end) === column; end++) look(found, y, end)
    const indices = [from, found.lowest, found.highest, found.gap, end - 1].filter(
      (index) => index !== undefined,
    )
    kept.push(...[...new Set(indices)].sort((a, b) => a - b))
    from = end
  }
  return { ...curve, x: kept.map((i) => x[i]), y: kept.map((i) => y[i]) }
}

/** The places of some points of a column. */
interface Extremes {
  lowest: number | undefined
  highest: number | undefined
  gap: number | undefined
}

function look(found: Extremes, y: readonly number[], i: number): void {
  if (!Number.isFinite(y[i])) found.gap ??= i
  else {
    if (found.lowest === undefined || y[i] < y[found.lowest]) found.lowest = i
    if (found.highest === undefined || y[i] > y[found.highest]) found.highest = i
  }
}
