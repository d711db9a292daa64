/** Looks between two glances at the clock: some microseconds of them. */
const looks = 256

/**
 * Looks at a word of shared memory until it changes, for so many milliseconds at most: what takes longer is better slept
 * through. Says whether it changed. By the clock, since a look takes many times as long before the engine has optimized this.
 */
export function spinWhile(words: Int32Array, index: number, value: number, milliseconds: number): boolean {
  const end = performance.now() + milliseconds
  do {
    for (let i = 0; i < looks; i++) if (Atomics.load(words, index) !== value) return true
  } while (performance.now() < end)
  return false
}
