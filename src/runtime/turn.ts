/** How long runs may follow each other on the caller's thread, in milliseconds, before timers and input get their turn. */
const longestTurn = 8

/** Calls back when the event loop has gone round. */
const goRound: (callback: () => void) => unknown =
  typeof setImmediate === 'function' ? setImmediate : (callback) => setTimeout(callback)

/**
 * The event loop's turn that is under way. Promises alone never end one: who awaits nothing but what is computed on its own
 * thread would keep timers, input and Ctrl-C waiting for ever.
 */
export class Turn {
  /** When this turn should end; undefined if nobody has asked in it. */
  private end: number | undefined
  private nextOne = Promise.resolve()

  /** Whether this turn may go on; if not, `next` is to be awaited. */
  hasTime(): boolean {
    const now = performance.now()
    if (this.end === undefined) {
      this.end = now + longestTurn
      this.nextOne = new Promise((resolve) => {
        goRound(() => {
          this.end = undefined
          resolve()
        })
      })
    }
    return now < this.end
  }

  /** Fulfilled in the turn after the one that `hasTime` was asked about. */
  next(): Promise<void> {
    return this.nextOne
  }
}
