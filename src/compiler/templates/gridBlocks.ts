/** Items of a grid that make the work of up to 16 threads about equal. */
export const wantedItems = 96

/**
 * Cuts `rows` rows into blocks of a multiple of `unit` rows, so that `outer` times the number of blocks is a grid that
 * many threads can share, and no block has more than `most` rows.
 */
export function rowsPerBlock(
  rows: number,
  unit: number,
  outer: number,
  most: number,
  items = wantedItems,
): number {
  const blocks = Math.max(Math.ceil(items / Math.max(outer, 1)), Math.ceil(rows / Math.max(most, 1)))
  return Math.max(unit, Math.ceil(rows / blocks / unit) * unit)
}
