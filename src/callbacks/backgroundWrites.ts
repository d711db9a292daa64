import type { TrainingMoment } from './trainingState.js'

/**
 * Files that are written while training goes on: one at a time, so that there are never more than two copies of a model in memory.
 */
export class BackgroundWrites {
  private waiting: (() => Promise<void>) | undefined
  private current: Promise<void> | undefined

  /**
   * Takes on a write, once the one before is done. It begins with `release`: at the end of an epoch there may be more that the next step
   * waits for, and that would wait for it.
   * @throws what made the one before fail
   */
  async start(write: () => Promise<void>): Promise<void> {
    await this.finish()
    this.waiting = write
  }

  /** Gives up the write that was taken on, unless it has begun. */
  drop(): void {
    this.waiting = undefined
  }

  /** Whether a write was taken on that has not begun. */
  get isWaiting(): boolean {
    return this.waiting !== undefined
  }

  /** The write that was taken on behind the last epoch begins at once, beside those of others: nobody waits for more. */
  releaseLast(moment: TrainingMoment): void {
    if (moment.kind === 'epoch' && moment.isLast) this.release()
  }

  /** Lets the write begin that was taken on: to be called when a step is about to be launched, which then runs beside it. */
  release(): void {
    const write = this.waiting
    if (!write) return
    this.waiting = undefined
    this.current = new Promise<void>((resolve) => setTimeout(resolve)).then(write)
    // Its error is thrown when it is waited for; until then it must not count as unhandled.
    this.current.catch(() => {})
  }

  /**
   * Resolves when nothing is left to be written.
   * @throws what made the last write fail; once
   */
  async finish(): Promise<void> {
    this.release()
    const { current } = this
    try {
      await current
    } finally {
      if (this.current === current) this.current = undefined
    }
  }
}
