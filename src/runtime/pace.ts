/** Milliseconds from the end of a run to the next, within which it follows at once. */
export const atOnce = 0.15

/** After so many runs, each at once after the one before, there will be more. */
const manyRuns = 64

/** How runs on the caller's thread follow each other. */
export class Pace {
  private lastEnd = Number.NEGATIVE_INFINITY
  private inARow = 0

  /** A run begins: whether it follows at once. */
  begins(): boolean {
    const follows = performance.now() - this.lastEnd < atOnce
    this.inARow = follows ? this.inARow + 1 : 0
    return follows
  }

  ends(): void {
    this.lastEnd = performance.now()
  }

  /** Whether it is now worth while to start threads for those that will follow. */
  get asksForThreads(): boolean {
    return this.inARow > 0 && this.inARow % manyRuns === 0
  }
}
