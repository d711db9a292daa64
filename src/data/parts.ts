import { randomPermutation } from '../ops/hostRandom.js'
import type { RandomKey } from '../ops/threefry.js'

/** How many samples two parts have. */
export interface PartSizes {
  readonly train: number
  readonly test: number
}

/** The samples of two parts, each in random order. */
export interface Parts {
  readonly train: Int32Array
  readonly test: Int32Array
}

/** Two parts of so many samples, drawn without regard to anything. */
export function shuffledParts(samples: number, { train, test }: PartSizes, key: RandomKey): Parts {
  const drawn = randomPermutation(key, samples)
  return { train: drawn.slice(0, train), test: drawn.slice(train, train + test) }
}

/**
 * Two parts in which each class has about the same share as in the whole: `size * members / samples`, rounded down, and up for the
 * classes with the largest remainders until the part is full.
 * @param classes the class of each sample
 */
export function stratifiedParts(classes: ArrayLike<number>, sizes: PartSizes, key: RandomKey): Parts {
  const drawn = randomPermutation(key, classes.length)
  const members = new Map<number, number[]>()
  for (const row of drawn) {
    const known = members.get(classes[row])
    if (known) known.push(row)
    else members.set(classes[row], [row])
  }
  // Classes come in the order in which they were drawn, so that chance decides between equal remainders.
  const groups = [...members.values()]
  const train = shares(
    groups.map(({ length }) => length),
    sizes.train,
  )
  const test = shares(
    groups.map(({ length }, i) => length - train[i]),
    sizes.test,
  )
  const chosen = (begins: readonly number[], counts: readonly number[]) => {
    const rows = new Set(groups.flatMap((group, i) => group.slice(begins[i], begins[i] + counts[i])))
    return drawn.filter((row) => rows.has(row))
  }
  return {
    train: chosen(
      groups.map(() => 0),
      train,
    ),
    test: chosen(train, test),
  }
}

/** How many of each group make up a whole of `size`, in proportion. */
function shares(counts: readonly number[], size: number): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const exact = counts.map((count) => (size * count) / total)
  const whole = exact.map(Math.floor)
  const left = size - whole.reduce((sum, count) => sum + count, 0)
  const byRemainder = exact
    .map((share, i) => ({ i, remainder: share - whole[i] }))
    .sort((a, b) => b.remainder - a.remainder)
  for (const { i } of byRemainder.slice(0, left)) whole[i]++
  return whole
}
