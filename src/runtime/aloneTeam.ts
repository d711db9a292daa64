import type { AloneMessage, CodeMessage, FromWorker } from './messages.js'
import { failureError, PendingAnswers, type Team, workerDied } from './team.js'
import type { WorkerHandle } from './workerPort.js'

/** One worker that owns its memory, for pages that cannot share it. */
export class AloneTeam implements Team {
  ended = false
  private readonly pending: PendingAnswers<ArrayBuffer | undefined>
  private nextRequest = 0

  constructor(
    private readonly worker: WorkerHandle,
    maximumPages: number,
  ) {
    this.pending = new PendingAnswers((busy) => worker.keepAlive(busy))
    worker.onMessage((message) => this.handle(message))
    worker.onFailure((error) => void this.end(workerDied(error)))
    worker.post({ type: 'startAlone', maximumPages })
  }

  post(message: CodeMessage): void {
    this.worker.post(message)
  }

  /** Grows memory or writes to it. Takes `message.data` away from this thread. */
  change(message: Extract<AloneMessage, { type: 'grow' | 'write' }>): void {
    this.worker.post(message, message.type === 'write' ? [message.data] : [])
  }

  async read(address: number, bytes: number): Promise<ArrayBuffer> {
    const request = this.nextRequest++
    this.worker.post({ type: 'read', request, address, bytes })
    return (await this.pending.add(request)) ?? new ArrayBuffer(0)
  }

  async run(program: number, bases: readonly number[]): Promise<void> {
    const request = this.nextRequest++
    this.worker.post({ type: 'run', request, program, bases })
    await this.pending.add(request)
  }

  async end(reason: Error): Promise<void> {
    this.ended = true
    this.pending.rejectAll(reason)
    await this.worker.terminate()
  }

  private handle(message: FromWorker): void {
    if (message.type !== 'answer') return
    if (message.failure) this.pending.reject(message.request, failureError(message.failure))
    else this.pending.resolve(message.request, message.data)
  }
}
