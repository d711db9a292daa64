import { ArgumentError } from '../../errors.js'

/** Amounts at both ends of each spatial axis: one number for all, one for each axis, or a pair for each axis. */
export type Margins = number | readonly (number | readonly [number, number])[]

/**
 * Margins as a pair for each of `rank` axes. For one axis, `[before, after]` is that axis's pair, as in Keras.
 * @throws ArgumentError unless all are integers of at least 0
 */
export function marginsPerAxis(margins: Margins, rank: number, what: string): (readonly [number, number])[] {
  const list = spread(margins, rank)
  const pairs = list.map((one) => (typeof one === 'number' ? ([one, one] as const) : one))
  const isAmount = (amount: unknown) => Number.isInteger(amount) && (amount as number) >= 0
  if (pairs.length === rank && pairs.every((pair) => pair.length === 2 && pair.every(isAmount))) return pairs
  throw new ArgumentError(
    `${what}: expected an integer of at least 0, ${rank} of them, or ${rank} pairs [before, after], received ` +
      `${JSON.stringify(margins)}.`,
  )
}

function spread(margins: Margins, rank: number): readonly (number | readonly [number, number])[] {
  if (typeof margins === 'number') return new Array(rank).fill(margins)
  const [before, after] = margins
  if (rank === 1 && typeof before === 'number' && typeof after === 'number') return [[before, after]]
  return margins
}
