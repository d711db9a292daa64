/** Thrown out of what was under way when the user pressed Ctrl-C. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'

  constructor(readonly signal: InterruptSignal) {
    super('Interrupted.')
  }
}

const exitCodes = { SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const
export type InterruptSignal = keyof typeof exitCodes

/** What a shell expects of a process that a signal ended: 128 and the signal's number. */
export const exitCodeOf = (signal: InterruptSignal): number => exitCodes[signal]

/**
 * Ctrl-C reaches npm and its child at the same moment, and npm passes it on to the child as well: signals closer together
 * than this many milliseconds are one.
 */
const oneKeystroke = 300

/**
 * Turns Ctrl-C and SIGTERM into an AbortSignal. A second one ends the process at once. The command alone does this: the
 * library leaves signals to its users.
 */
export class Interruption {
  private readonly controller = new AbortController()
  private since = 0

  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** Listens until `stop`. */
  start(): void {
    for (const signal of signals) process.on(signal, this.handle)
  }

  stop(): void {
    for (const signal of signals) process.off(signal, this.handle)
  }

  /** As if nobody read on: what is under way ends after its step. Node itself ignores SIGPIPE, so that a write fails in its place. */
  endOfReaders(): void {
    if (!this.controller.signal.aborted) this.controller.abort(new InterruptedError('SIGPIPE'))
  }

  private readonly handle = (signal: InterruptSignal): void => {
    const now = performance.now()
    if (!this.controller.signal.aborted) {
      this.since = now
      this.controller.abort(new InterruptedError(signal))
    } else if (now - this.since > oneKeystroke) process.exit(exitCodeOf(signal))
  }
}

const signals = ['SIGINT', 'SIGTERM'] as const
