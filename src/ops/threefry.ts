import type { ScalarMath } from '../graph/scalarMath.js'

/**
 * Threefry-2x32 with 20 rounds: a counter-based random generator (J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011). A key and a counter of two 32-bit words each give two random words, without
 * any state, so that element i of a tensor can be drawn alone, on any target, in any order.
 *
 * How Gradus spends counters: `(i, 0)` gives element i of a tensor; `(n, 1)` gives the key derived with number n.
 */

/** Two 32-bit words from which everything random is drawn, as signed integers. */
export type RandomKey = readonly [number, number]

/** Rotations of the eight rounds after which the pattern repeats. */
const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const
const parity = 0x1bd11bda
const rounds = 20

/** The two words for a key and a counter, on the host. */
export function threefry(key: RandomKey, counter0: number, counter1: number): [word0: number, word1: number] {
  const [word0, word1] = threefryInto(new Int32Array(2), key, counter0, counter1)
  return [word0, word1]
}

/** The same, written to an array of two words: drawing many in turn leaves nothing to collect behind. */
export function threefryInto(
  words: Int32Array,
  key: RandomKey,
  counter0: number,
  counter1: number,
): Int32Array {
  const key0 = key[0]
  const key1 = key[1]
  const key2 = key0 ^ key1 ^ parity
  let x = (counter0 + key0) | 0
  let y = (counter1 + key1) | 0
  for (let round = 0; round < rounds; round++) {
    const turn = rotations[round % 8]
    x = (x + y) | 0
    y = ((y << turn) | (y >>> (32 - turn))) ^ x
    if (round % 4 === 3) {
      const injection = (round + 1) / 4
      const next = injection % 3
      x = (x + (next === 0 ? key0 : next === 1 ? key1 : key2)) | 0
      y = (y + (next === 0 ? key1 : next === 1 ? key2 : key0) + injection) | 0
    }
  }
  words[0] = x
  words[1] = y
  return words
}

/** The same as an expression, for targets. */
export function threefryExpression<T>(
  math: ScalarMath<T>,
  [key0, key1]: readonly [T, T],
  counter0: T,
  counter1: T,
): [word0: T, word1: T] {
  const keys = [key0, key1, math.bitXor(math.bitXor(key0, key1), math.int(parity))]
  let x = math.add(counter0, key0)
  let y = math.add(counter1, key1)
  for (let round = 0; round < rounds; round++) {
    const turn = rotations[round % 8]
    x = math.add(x, y)
    const turned = math.bitOr(
      math.shiftLeft(y, math.int(turn)),
      math.shiftRightUnsigned(y, math.int(32 - turn)),
    )
    y = math.bitXor(turned, x)
    if (round % 4 === 3) {
      const injection = (round + 1) / 4
      x = math.add(x, keys[injection % 3])
      y = math.add(math.add(y, keys[(injection + 1) % 3]), math.int(injection))
    }
  }
  return [x, y]
}
