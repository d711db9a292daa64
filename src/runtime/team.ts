import { InternalError } from '../errors.js'
import type { Crew } from './crew.js'
import type { CodeMessage, Failure } from './messages.js'

/** Workers that are running, from their start to their end. */
export interface Team {
  /** True once its workers have ended, or one of them died. */
  readonly ended: boolean
  post(message: CodeMessage): void
  /** Runs in the order of calls; a call need not wait for earlier ones, up to `ringSlots` of them. */
  run(program: number, bases: readonly number[]): Promise<void>
  /** Wakes workers to help the caller's thread, which is about to run a program itself: absent or undefined if none can. */
  offerHelp?(program: number, bases: readonly number[]): Crew | undefined
  /** Ends the workers; what is under way is rejected with `reason`. */
  end(reason: Error): Promise<void>
}

/** The error that a run's caller gets. */
export const failureError = (failure: Failure): InternalError =>
  new InternalError(
    `Loop function ${failure.function} failed on thread ${failure.thread}: ${failure.reason}. ` +
      'The variables of this step may be half updated. Please report this, with GRADUS_DEBUG=plan,loops as text.',
  )

export const workerDied = (cause: Error): InternalError =>
  new InternalError(`A worker thread ended unexpectedly: ${cause.message}.`, { cause })

interface Waiting<T> {
  readonly id: number
  resolve(value: T): void
  reject(error: Error): void
}

/**
 * Promises by number, for answers that come later. Few wait at a time and are mostly answered in turn, so a list holds them. A `Map` would
 * leave its old table behind whenever deleted entries fill it; V8's tables point to their successors, so that one that has grown old
 * keeps alive all that come after it, with what they held, until a full collection.
 */
export class PendingAnswers<T> {
  private readonly waiting: Waiting<T>[] = []

  /** `onBusy` hears when the first answer is awaited, and when none is any more. */
  constructor(private readonly onBusy: (busy: boolean) => void) {}

  add(id: number): Promise<T> {
    if (this.waiting.length === 0) this.onBusy(true)
    return new Promise((resolve, reject) => this.waiting.push({ id, resolve, reject }))
  }

  resolve(id: number, value: T): void {
    this.take(id)?.resolve(value)
  }

  reject(id: number, error: Error): void {
    this.take(id)?.reject(error)
  }

  rejectAll(error: Error): void {
    for (const { id } of [...this.waiting]) this.reject(id, error)
  }

  private take(id: number): Waiting<T> | undefined {
    const at = this.waiting.findIndex((waiting) => waiting.id === id)
    if (at < 0) return undefined
    const [found] = this.waiting.splice(at, 1)
    if (this.waiting.length === 0) this.onBusy(false)
    return found
  }
}
