import type { Tensor } from '../../graph/tensor.js'
import { greaterEqual } from '../../ops/greaterEqual.js'
import { iota } from '../../ops/iota.js'
import { logicalAnd } from '../../ops/logicalAnd.js'
import { matmul } from '../../ops/matmul.js'
import { multiply } from '../../ops/multiply.js'
import { randomUniform } from '../../ops/randomUniform.js'
import { softmax } from '../../ops/softmax.js'
import { subtract } from '../../ops/subtract.js'
import { where } from '../../ops/where.js'
import type { CallContext } from '../callContext.js'

export interface AttendOptions {
  /** Which scores count: a boolean tensor that broadcasts to the scores. Default: all. */
  readonly mask?: Tensor
  /** Which part of the weights is dropped in training. */
  readonly dropout: number
  readonly seed?: number
}

/**
 * Turns scores `[..., queries, keys]` into weights by a softmax over the keys, and gives the weighted means of the values
 * `[..., keys, size]` with the weights. From scores that do not count 1e9 is subtracted, as in Keras: a row in which none counts
 * has equal weights.
 */
export function attend(
  scores: Tensor,
  values: Tensor,
  { mask, dropout, seed }: AttendOptions,
  { training, random }: CallContext,
): { readonly output: Tensor; readonly weights: Tensor } {
  const weights = softmax(mask ? where(mask, scores, subtract(scores, 1e9)) : scores)
  if (!training || dropout === 0) return { output: matmul(weights, values), weights }
  const kept = greaterEqual(randomUniform(random.next(seed), weights.shape), dropout)
  // With a rate of 1 nothing is kept, and the factor must not be infinite.
  const dropped = where(kept, multiply(weights, dropout < 1 ? 1 / (1 - dropout) : 0), 0)
  return { output: matmul(dropped, values), weights: dropped }
}

/** Whether a key stands no later than the query: `[queries, keys]`. */
export const causalMask = (queries: number, keys: number): Tensor =>
  greaterEqual(iota([queries, keys], 0), iota([queries, keys], 1))

/** What counts by all masks that there are. */
export const allOf = (masks: readonly (Tensor | undefined)[]): Tensor | undefined =>
  masks
    .filter((mask) => mask !== undefined)
    .reduce<Tensor | undefined>((all, mask) => (all ? logicalAnd(all, mask) : mask), undefined)
