import { InternalError } from '../errors.js'
import { basesBytes, controlWords, slotOf, word } from './control.js'
import { Crew } from './crew.js'
import type { CodeMessage, Failure, FromWorker, NativeCode } from './messages.js'
import { failureError, PendingAnswers, type Team, workerDied } from './team.js'
import type { WorkerHandle } from './workerPort.js'

/** What a team takes to compute in machine code. */
export interface NativeTeam {
  readonly code: NativeCode
  /** How its workers help the caller's thread: by this team's control words, and its number of threads. */
  crew(words: Int32Array, threads: number): Crew
}

/** Worker threads on one shared memory. Each run is split between all of them. */
export class SharedTeam implements Team {
  ended = false
  private readonly crew: Crew | undefined
  private readonly words: Int32Array
  private readonly pending: PendingAnswers<void>
  private readonly bases = new Map<number, Int32Array>()
  /** Numbers of the next run to submit, and of the next to settle. */
  private next = 0
  private settled = 0
  /** Failed runs whose reason is known, and those whose reason is still under way. */
  private readonly reasons = new Map<number, Failure>()
  private readonly unexplained = new Set<number>()

  constructor(
    private readonly workers: readonly WorkerHandle[],
    memory: WebAssembly.Memory,
    native?: NativeTeam,
  ) {
    const control = new SharedArrayBuffer(4 * controlWords(workers.length))
    this.words = new Int32Array(control)
    if (workers.length > 1) {
      this.crew = native?.crew(this.words, workers.length) ?? new Crew(this.words, workers.length)
    }
    // One worker is enough to keep the process alive.
    this.pending = new PendingAnswers((busy) => workers[0].keepAlive(busy))
    workers.forEach((worker, thread) => {
      worker.onMessage((message) => this.handle(message))
      worker.onFailure((error) => void this.end(workerDied(error)))
      worker.post({
        type: 'startShared',
        thread,
        threads: workers.length,
        control,
        memory,
        native: native?.code,
      })
    })
  }

  post(message: CodeMessage): void {
    const posted = message.type === 'program' ? this.withBases(message) : message
    if (message.type === 'release') for (const id of message.programs) this.bases.delete(id)
    for (const worker of this.workers) worker.post(posted)
    this.announce(word.mail)
  }

  run(program: number, bases: readonly number[]): Promise<void> {
    const run = this.next
    const slot = slotOf(run)
    const places = this.bases.get(program)
    if (!places) throw new InternalError(`Program ${program} was not handed over.`)
    places.set(bases, slot * bases.length)
    Atomics.store(this.words, word.program + slot, program)
    Atomics.store(this.words, word.failed + slot, 0)
    this.next = (run + 1) | 0
    const done = this.pending.add(run)
    this.announce(word.submitted)
    return done
  }

  offerHelp(program: number, bases: readonly number[]): Crew | undefined {
    const places = this.bases.get(program)
    if (!places || !this.crew?.begin(program)) return undefined
    // No run is under way, so its slot is free.
    places.set(bases)
    return this.crew
  }

  async end(reason: Error): Promise<void> {
    this.ended = true
    this.pending.rejectAll(reason)
    await Promise.all(this.workers.map((worker) => worker.terminate()))
  }

  private withBases(message: Extract<CodeMessage, { type: 'program' }>): CodeMessage {
    const bases = new SharedArrayBuffer(basesBytes(message.baseCount))
    this.bases.set(message.id, new Int32Array(bases))
    return { ...message, bases }
  }

  /** Counts up a word that workers look at, and wakes those that sleep. */
  private announce(counter: number): void {
    Atomics.add(this.words, counter, 1)
    Atomics.add(this.words, word.signal, 1)
    Atomics.notify(this.words, word.signal)
    Atomics.add(this.words, word.firstSignal, 1)
    Atomics.notify(this.words, word.firstSignal)
  }

  private handle(message: FromWorker): void {
    if (message.type === 'completed') this.settle()
    else if (message.type === 'failed') this.explain(message.run, message.failure)
  }

  /** Settles all runs that are completed by now: messages may come late, and then find nothing left to do. */
  private settle(): void {
    const completed = Atomics.load(this.words, word.completed)
    while (this.settled !== completed) {
      const run = this.settled
      this.settled = (run + 1) | 0
      if (Atomics.load(this.words, word.failed + slotOf(run)) === 0) {
        this.pending.resolve(run, undefined)
        continue
      }
      const reason = this.reasons.get(run)
      this.reasons.delete(run)
      if (reason) this.pending.reject(run, failureError(reason))
      else this.unexplained.add(run)
    }
  }

  /** A worker says why a run failed: before the run is complete or after. The first reason counts. */
  private explain(run: number, failure: Failure): void {
    if (this.unexplained.delete(run)) this.pending.reject(run, failureError(failure))
    else if (((run - this.settled) | 0) >= 0 && !this.reasons.has(run)) this.reasons.set(run, failure)
  }
}
