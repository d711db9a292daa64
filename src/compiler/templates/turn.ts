import type { LoopBuilder } from '../../loops/builder.js'
import type { Value } from '../../loops/ir.js'

/** As many vectors as one has lanes, taken for the rows of a matrix: gives its columns. */
export function turn<V extends Value>(b: LoopBuilder, rows: readonly V[]): readonly V[] {
  let vectors = rows
  // Blocks of two by two runs are turned, then those of twice the length.
  for (let run = 1; run < b.width; run *= 2) {
    const last = vectors
    vectors = last.map((vector, i) =>
      (i & run) === 0
        ? b.interleave(run, false, vector, last[i + run])
        : b.interleave(run, true, last[i - run], vector),
    )
  }
  return vectors
}
