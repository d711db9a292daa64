import type { Tensor } from '../graph/tensor.js'
import { maskOf } from '../layers/masks.js'
import { cast } from '../ops/cast.js'
import { logicalAnd } from '../ops/logicalAnd.js'
import { alignWeights } from './align.js'

/**
 * Which of a loss's or metric's values count, if not all do: those that neither the function that gave them (it may ignore a
 * label) nor one of the given masks leaves out. Masks have the first axes of the values.
 */
export function countingMask(
  what: string,
  values: Tensor,
  masks: readonly (Tensor | undefined)[],
): Tensor | undefined {
  const aligned = [maskOf(values), ...masks].flatMap((mask) =>
    mask ? [alignWeights(what, cast(mask, 'bool'), values.shape)] : [],
  )
  return aligned.length === 0 ? undefined : aligned.reduce(logicalAnd)
}
