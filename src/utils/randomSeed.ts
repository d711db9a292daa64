import { foldInKey, keyFromSeed } from '../ops/hostRandom.js'
import type { RandomKey } from '../ops/threefry.js'

/** Hands out keys one after another, each once. */
class KeySource {
  private count = 0

  constructor(private readonly root: RandomKey) {}

  next(): RandomKey {
    return foldInKey(this.root, this.count++)
  }
}

let global: KeySource | undefined
const scopes: KeySource[] = []

/**
 * Makes everything random that has no seed of its own repeatable from here on: initial weights, shuffling, dropout
 * (Keras's `keras.utils.set_random_seed`). The same program run after the same seed gives the same numbers.
 *
 * A `seed` option is the narrower tool: on a model it fixes its initial weights, in `fit` its shuffling and dropout,
 * on an initializer or a dropout layer that one's own numbers.
 *
 * @param seed an integer from 0 to 2^53 - 1
 */
export function setRandomSeed(seed: number): void {
  global = new KeySource(keyFromSeed(seed))
}

/** A key not used before: of the innermost `SeedScope`, else of `setRandomSeed`, else of the machine's entropy. */
export function drawKey(): RandomKey {
  const scope = scopes.at(-1)
  if (scope) return scope.next()
  if (!global) {
    const [a, b] = crypto.getRandomValues(new Int32Array(2))
    global = new KeySource([a, b])
  }
  return global.next()
}

/** Randomness of its own: what draws keys in `run` is fixed by the seed, whatever was drawn elsewhere in between. */
export class SeedScope {
  private readonly source: KeySource | undefined

  /** @param seed without one, `run` changes nothing */
  constructor(seed: number | undefined) {
    this.source = seed === undefined ? undefined : new KeySource(keyFromSeed(seed))
  }

  /** Runs `body`; keys drawn in it continue where the last run left off. */
  run<T>(body: () => T): T {
    if (!this.source) return body()
    scopes.push(this.source)
    try {
      return body()
    } finally {
      scopes.pop()
    }
  }
}
