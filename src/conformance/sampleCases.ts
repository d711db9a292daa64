import { keyFromSeed, randomPermutation } from '../ops/hostRandom.js'
import type { ConformanceCase, Suite } from './suite.js'

/** Of this many cases one is drawn. */
const oneOf = 12
/** So many are drawn of each suite at least. */
const atLeast = 4

/** Some cases of a suite, the same for the same seed. */
export function sampleCases({ cases }: Suite, seed: number): ConformanceCase[] {
  const count = Math.min(cases.length, Math.max(atLeast, Math.ceil(cases.length / oneOf)))
  const chosen = [...randomPermutation(keyFromSeed(seed), cases.length)].slice(0, count)
  return chosen.sort((a, b) => a - b).map((i) => cases[i])
}
