import { untilAborted } from '../utils/untilAborted.js'

/**
 * Goes through a stream once. Like `for await`, it closes an iterator that is left before its end, so that it frees what it holds.
 * Waiting for the next batch ends with the signal.
 */
export class StreamIterator {
  private isOpen = true
  private isWaiting = false

  constructor(
    private readonly iterator: Iterator<unknown> | AsyncIterator<unknown>,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** @throws the signal's reason, as soon as it is aborted */
  async next(): Promise<IteratorResult<unknown>> {
    this.signal?.throwIfAborted()
    return untilAborted(this.advance(), this.signal)
  }

  private async advance(): Promise<IteratorResult<unknown>> {
    this.isWaiting = true
    try {
      const result = await this.iterator.next()
      if (result.done) this.isOpen = false
      return result
    } catch (error) {
      // An iterator that has failed is at its end.
      this.isOpen = false
      throw error
    } finally {
      this.isWaiting = false
    }
  }

  /** Ends the iterator, unless it has ended. */
  async close(): Promise<void> {
    if (!this.isOpen) return
    this.isOpen = false
    const closed = this.closeIterator()
    // A generator that waits for something ends only when that has come, which may be never.
    if (this.isWaiting) closed.catch(() => {})
    else await closed
  }

  private async closeIterator(): Promise<void> {
    await this.iterator.return?.()
  }
}
