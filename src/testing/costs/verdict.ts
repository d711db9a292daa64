import { median } from '../../bench/statistics.js'

/** What callbacks add to an epoch, in milliseconds: medians of pairs of epochs, with callbacks and without. */
export interface Cost {
  readonly without: number
  readonly added: number
  /** What may be added. */
  readonly limit: number
  readonly pairs: number
  /** Of how many pairs the difference is within the limit. */
  readonly within: number
}

export interface EpochPair {
  readonly without: number
  readonly withAll: number
}

/** Part of an epoch that may be added, and milliseconds where that is less. */
const [tenth, least] = [0.1, 150]

export function costOf(pairs: readonly EpochPair[]): Cost {
  const without = median(pairs.map((pair) => pair.without))
  const differences = pairs.map((pair) => pair.withAll - pair.without)
  const limit = Math.max(tenth * without, least)
  const within = differences.filter((difference) => difference <= limit).length
  return { without, added: median(differences), limit, pairs: pairs.length, within }
}

/** Whether more pairs would hardly change on which side of the limit the median lies: seven in eight agree, of sixteen at least. */
export function isDecided({ pairs, within }: Cost): boolean {
  return pairs >= 16 && Math.max(within, pairs - within) >= (7 / 8) * pairs
}

export const isSmall = ({ added, limit }: Cost): boolean => added <= limit
