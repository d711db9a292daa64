import { spinWhile } from './spin.js'

const lineWords = 16
const arrivedWord = 0
const generationWord = lineWords
const sleepersWord = 2 * lineWords
const abortedWord = 2 * lineWords + 1

/**
 * Milliseconds of looking before a thread goes to sleep. Waking one up takes longer than most waits; but where it is waited for
 * in vain, as when both threads are on one core, looking only keeps the other from coming.
 */
const mostPatience = 0.15
const leastPatience = 0.01

/** How a thread left the barrier. */
export type Meeting = 'last' | 'released' | 'aborted'

/**
 * Where a fixed number of threads wait for each other, in shared memory. The last to arrive opens the next
 * generation; the others look at its number for a while, then sleep on it. Words lie on cache lines of their own.
 */
export class Barrier {
  /** Words of shared memory that a barrier takes, all zero at first. */
  static readonly words = 3 * lineWords
  /** Twice as much after each wait that was worth it, half as much after one that was not. */
  private patience = mostPatience

  constructor(
    private readonly words: Int32Array,
    private readonly start: number,
    private readonly parties: number,
  ) {}

  /** Waits for all others. The last to arrive runs `beforeRelease` while the others still wait. */
  meet(beforeRelease?: () => void): Meeting {
    const { words, start } = this
    const generation = Atomics.load(words, start + generationWord)
    if (Atomics.load(words, start + abortedWord) !== 0) return 'aborted'
    if (Atomics.add(words, start + arrivedWord, 1) === this.parties - 1) {
      Atomics.store(words, start + arrivedWord, 0)
      beforeRelease?.()
      this.advance()
      return 'last'
    }
    this.wait(generation)
    return Atomics.load(words, start + abortedWord) !== 0 ? 'aborted' : 'released'
  }

  /** Makes every thread leave, those who wait and those who come, until `reset`. */
  abort(): void {
    Atomics.store(this.words, this.start + abortedWord, 1)
    this.advance()
  }

  /** Forgets an abort. Only while nobody is inside. */
  reset(): void {
    Atomics.store(this.words, this.start + arrivedWord, 0)
    Atomics.store(this.words, this.start + abortedWord, 0)
  }

  private advance(): void {
    Atomics.add(this.words, this.start + generationWord, 1)
    // A thread counts itself as a sleeper before it looks at the generation for the last time, so none is missed.
    if (Atomics.load(this.words, this.start + sleepersWord) > 0)
      Atomics.notify(this.words, this.start + generationWord)
  }

  private wait(generation: number): void {
    const { words, start } = this
    if (spinWhile(words, start + generationWord, generation, this.patience)) {
      this.patience = Math.min(mostPatience, 2 * this.patience)
      return
    }
    this.patience = Math.max(leastPatience, this.patience / 2)
    Atomics.add(words, start + sleepersWord, 1)
    while (Atomics.load(words, start + generationWord) === generation)
      Atomics.wait(words, start + generationWord, generation)
    Atomics.sub(words, start + sleepersWord, 1)
  }
}
