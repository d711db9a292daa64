import { ArgumentError } from '../errors.js'
import { type RandomKey, threefry, threefryInto } from './threefry.js'

/**
 * Random numbers on the host, from the same bits as the random ops: for initial weights, which are drawn in float64,
 * shuffles and splits.
 */

/** The key of a seed, a non-negative integer below 2^53. */
export function keyFromSeed(seed: number): RandomKey {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ArgumentError(`seed: expected a non-negative integer below 2^53, received ${seed}.`)
  }
  return [Math.floor(seed / 2 ** 32) | 0, seed | 0]
}

/** The key derived from another with a number: the same as the op `foldIn`. */
export const foldInKey = (key: RandomKey, n: number): RandomKey => threefry(key, n, 1)

/** 32 random bits for each of `count` elements: the same as the op `randomBits`. */
export function hostRandomBits(key: RandomKey, count: number): Int32Array<ArrayBuffer> {
  const bits = new Int32Array(count)
  const words = new Int32Array(2)
  for (let i = 0; i < count; i++) bits[i] = threefryInto(words, key, i, 0)[0]
  return bits
}

/**
 * Uniform numbers in [0, 1) with 53 random bits. Their leading bits are those of the op `randomUniform`, which has 24.
 */
export function hostRandomUniform(key: RandomKey, count: number): Float64Array<ArrayBuffer> {
  const uniform = new Float64Array(count)
  const words = new Int32Array(2)
  for (let i = 0; i < count; i++) {
    threefryInto(words, key, i, 0)
    uniform[i] = ((words[0] >>> 0) * 2 ** 21 + (words[1] >>> 11)) / 2 ** 53
  }
  return uniform
}

/** Standard normal numbers in float64, by the Box-Muller transform of two uniforms. */
export function hostRandomNormal(key: RandomKey, count: number): Float64Array<ArrayBuffer> {
  const radii = hostRandomUniform(foldInKey(key, 0), count)
  const angles = hostRandomUniform(foldInKey(key, 1), count)
  return radii.map((u, i) => Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * angles[i]))
}

/** The integers below `count` in random order, each order equally likely (Fisher and Yates). */
export function randomPermutation(key: RandomKey, count: number): Int32Array<ArrayBuffer> {
  const order = Int32Array.from({ length: count }, (_, i) => i)
  const uniform = hostRandomUniform(key, count)
  for (let last = count - 1; last > 0; last--) {
    const chosen = Math.floor(uniform[last] * (last + 1))
    const swapped = order[last]
    order[last] = order[chosen]
    order[chosen] = swapped
  }
  return order
}
