import type { LoopBuilder } from '../../loops/builder.js'
import type { Value } from '../../loops/ir.js'

/**
 * Up to as many vectors as one has lanes, taken for the first rows of a matrix whose other rows are `zero`: gives its columns.
 * What is zero throughout is not computed.
 */
export function transposeBlock<V extends Value>(b: LoopBuilder, rows: readonly V[], zero: V): readonly V[] {
  let vectors = Array.from({ length: b.width }, (_, i) => rows[i] ?? zero)
  // Blocks of two by two runs are transposed, then those of twice the length.
  for (let run = 1; run < b.width; run *= 2) {
    const last = vectors
    vectors = last.map((_, i) => {
      const upper = (i & run) !== 0
      const [first, second] = upper ? [last[i - run], last[i]] : [last[i], last[i + run]]
      return first === zero && second === zero ? zero : b.interleave(run, upper, first, second)
    })
  }
  return vectors
}
