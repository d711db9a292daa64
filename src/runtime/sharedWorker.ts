import { Barrier } from './barrier.js'
import { slotOf, word } from './control.js'
import type { CodeMessage, StartShared } from './messages.js'
import type { Sharing } from './preparedProgram.js'
import { Shares } from './shares.js'
import { spinWhile } from './spin.js'
import { type LinkNative, WorkerCode } from './workerCode.js'
import type { WorkerPort } from './workerPort.js'

/** Milliseconds of looking for the next run before an idle worker goes to sleep. */
const patience = 0.05

/**
 * One of the threads that share device memory. It stays inside `work` for ever, taking runs from the ring in shared
 * memory, and goes back to its event loop only to fetch code messages that were announced there.
 */
export class SharedWorker {
  private readonly words: Int32Array
  private readonly code: WorkerCode
  private readonly sharing: Sharing
  private readonly runBarrier: Barrier
  /** Code messages handled so far. */
  private mail = 0
  /** Number of the next run to take. */
  private next: number

  constructor(
    private readonly port: WorkerPort,
    start: StartShared,
    linkNative?: LinkNative,
  ) {
    this.words = new Int32Array(start.control)
    this.code = new WorkerCode(start.memory, start.thread, start.threads, linkNative)
    this.sharing = {
      barrier: new Barrier(this.words, word.launchBarrier, start.threads),
      shares: new Shares(this.words, word.shares, start.thread, start.threads),
      thread: start.thread,
    }
    this.runBarrier = new Barrier(this.words, word.runBarrier, start.threads)
    this.next = 0
  }

  handle(message: CodeMessage): void {
    this.code.handle(message)
    this.mail++
    this.work()
  }

  work(): void {
    const { words } = this
    for (;;) {
      const signal = Atomics.load(words, word.signal)
      // A run is submitted after the mail that it needs was announced: whoever sees the run first then sees the mail.
      const submitted = Atomics.load(words, word.submitted)
      if (Atomics.load(words, word.mail) !== this.mail) return
      if (submitted !== this.next) this.runNext()
      else this.rest(signal)
    }
  }

  private runNext(): void {
    const { words, code, next } = this
    const slot = slotOf(next)
    const program = code.program(Atomics.load(words, word.program + slot))
    try {
      program.prepared.run(program.bases, slot * program.baseCount, this.sharing)
    } catch (error) {
      this.port.post({ type: 'failed', run: next, failure: code.failure(error, program) })
      Atomics.store(words, word.failed + slot, 1)
      this.sharing.barrier.abort()
    }
    this.next = (next + 1) | 0
    const meeting = this.runBarrier.meet(() => {
      this.sharing.barrier.reset()
      this.sharing.shares.reset()
      Atomics.store(words, word.completed, this.next)
    })
    if (meeting === 'last') this.port.post({ type: 'completed' })
  }

  /** Waits until the signal changes: awake for a while, then asleep. */
  private rest(signal: number): void {
    if (spinWhile(this.words, word.signal, signal, patience)) return
    Atomics.wait(this.words, word.signal, signal)
  }
}
