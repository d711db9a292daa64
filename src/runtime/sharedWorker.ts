import { Barrier } from './barrier.js'
import { slotOf, word } from './control.js'
import { Helper, helpWithLaunches } from './crew.js'
import type { CodeMessage, StartShared } from './messages.js'
import { atOnce } from './pace.js'
import type { Sharing } from './preparedProgram.js'
import { Shares } from './shares.js'
import { spinWhile } from './spin.js'
import { type LinkedNative, WorkerCode } from './workerCode.js'
import type { WorkerPort } from './workerPort.js'

/**
 * Milliseconds of looking for work before an idle worker goes to sleep: runs follow each other. The system may wake two workers on one
 * processor, where they share it for some milliseconds while another is idle; who does not sleep stays where it is.
 */
const patience = atOnce

/**
 * One of the threads that share device memory. It stays inside `work` for ever, taking runs from the ring in shared
 * memory, and goes back to its event loop only to fetch code messages that were announced there.
 */
export class SharedWorker {
  private readonly words: Int32Array
  private readonly code: WorkerCode
  private readonly sharing: Sharing & { type: 'team' }
  private readonly runBarrier: Barrier
  /** The first thread's part is the caller's where workers help. */
  private readonly helper: Helper | undefined
  /** What it sleeps on. */
  private readonly signal: number
  /** Code messages handled so far. */
  private mail = 0
  /** Number of the next run to take. */
  private next: number

  constructor(
    private readonly port: WorkerPort,
    start: StartShared,
    native?: LinkedNative,
  ) {
    this.words = new Int32Array(start.control)
    this.code = new WorkerCode(start.memory, start.thread, start.threads, native)
    this.sharing = {
      type: 'team',
      barrier: new Barrier(this.words, word.launchBarrier, start.threads),
      shares: new Shares(this.words, word.shares, start.thread, start.threads),
      thread: start.thread,
    }
    this.runBarrier = new Barrier(this.words, word.runBarrier, start.threads)
    this.next = 0
    const { thread } = start
    if (thread > 0)
      this.helper = new Helper(
        this.words,
        native?.help
          ? helpInRun(native.help)
          : helpWithLaunches(this.words, start, (id) => this.code.program(id), this.knowsAll),
      )
    this.signal = thread > 0 ? word.signal : word.firstSignal
  }

  handle(message: CodeMessage): void {
    this.code.handle(message)
    this.mail++
    this.work()
  }

  work(): void {
    const { words } = this
    for (;;) {
      const signal = Atomics.load(words, this.signal)
      // A run is submitted after the mail that it needs was announced: whoever sees the run first then sees the mail.
      const submitted = Atomics.load(words, word.submitted)
      if (Atomics.load(words, word.mail) !== this.mail) return
      if (submitted !== this.next) this.runNext()
      else if (!this.helper?.help()) this.rest(signal)
    }
  }

  /** Whether all mail that was announced was read. */
  private readonly knowsAll = (): boolean => Atomics.load(this.words, word.mail) === this.mail

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
    if (spinWhile(this.words, this.signal, signal, patience)) return
    // Who changes the signal looks after that whether anybody sleeps, and this looks at the signal once more before it does.
    const counted = this.helper ? 1 : 0
    Atomics.add(this.words, word.asleep, counted)
    Atomics.wait(this.words, this.signal, signal)
    Atomics.sub(this.words, word.asleep, counted)
  }
}

/** How a worker helps with a whole run, in machine code, which needs no more than that. */
const helpInRun = (help: () => void) => (): boolean => {
  help()
  return true
}
