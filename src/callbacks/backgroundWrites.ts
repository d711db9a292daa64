/**
 * Files that are written while training goes on: one at a time, so that there are never more than two copies of a model in memory.
 */
export class BackgroundWrites {
  private current: Promise<void> | undefined

  /**
   * Takes on a write, once the one before is done. It begins when whoever waits for this has gone on: the next step is then running.
   * @throws what made the one before fail
   */
  async start(write: () => Promise<void>): Promise<void> {
    await this.finish()
    this.current = new Promise<void>((resolve) => setTimeout(resolve)).then(write)
    // Its error is thrown when it is waited for; until then it must not count as unhandled.
    this.current.catch(() => {})
  }

  /**
   * Resolves when nothing is being written any more.
   * @throws what made the last write fail; once
   */
  async finish(): Promise<void> {
    const { current } = this
    this.current = undefined
    await current
  }
}
