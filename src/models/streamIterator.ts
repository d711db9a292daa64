/** Goes through a stream once. Like `for await`, it closes an iterator that is left before its end, so that it frees what it holds. */
export class StreamIterator {
  private isOpen = true

  constructor(private readonly iterator: Iterator<unknown> | AsyncIterator<unknown>) {}

  async next(): Promise<IteratorResult<unknown>> {
    try {
      const result = await this.iterator.next()
      if (result.done) this.isOpen = false
      return result
    } catch (error) {
      // An iterator that has failed is at its end.
      this.isOpen = false
      throw error
    }
  }

  /** Ends the iterator, unless it has ended. */
  async close(): Promise<void> {
    if (!this.isOpen) return
    this.isOpen = false
    await this.iterator.return?.()
  }
}
