/** Something to be done in turn. */
export interface Task<T> {
  /** What must have happened before it starts; if this fails, so does the task. */
  readonly ready?: Promise<unknown>
  /** Runs alone: it starts when all earlier tasks are done, and later ones wait for it. */
  readonly alone: boolean
  start(): Promise<T>
  /** Called once when it is over, done or failed, before its caller hears of it. */
  finish(): void
}

interface Entry {
  /** Undefined when nothing more has to happen before it starts. */
  ready: Promise<unknown> | undefined
  watched: boolean
  readonly alone: boolean
  /** Never fails. */
  run(): Promise<Settle>
  fail(error: unknown): Settle
}

/** Tells the caller how it went. */
type Settle = () => void

/** Starts tasks first-in first-out, a few of them before earlier ones are done. One failing stops no other. */
export class RunQueue {
  private readonly waiting: Entry[] = []
  private inFlight = 0
  /** True while a task runs alone. */
  private closed = false
  private idleWatchers: (() => void)[] = []

  constructor(private readonly maximumInFlight: number) {}

  push<T>(task: Task<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): Settle => {
        task.finish()
        return () => reject(error)
      }
      const run = async (): Promise<Settle> => {
        let value: T
        try {
          value = await task.start()
        } catch (error) {
          return fail(error)
        }
        task.finish()
        return () => resolve(value)
      }
      this.waiting.push({ ready: task.ready, watched: false, alone: task.alone, run, fail })
      this.advance()
    })
  }

  /** Whether nothing is queued or under way. */
  get isIdle(): boolean {
    return this.waiting.length === 0 && this.inFlight === 0
  }

  /** Fulfilled when nothing is queued or under way. */
  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve()
    return new Promise((resolve) => this.idleWatchers.push(resolve))
  }

  /** Starts what can start. */
  private advance(): void {
    while (this.waiting.length > 0) {
      const entry = this.waiting[0]
      if (entry.ready) {
        this.watch(entry, entry.ready)
        return
      }
      if (this.closed || this.inFlight >= this.maximumInFlight || (entry.alone && this.inFlight > 0)) return
      this.waiting.shift()
      void this.start(entry)
    }
    if (this.inFlight > 0) return
    const watchers = this.idleWatchers
    this.idleWatchers = []
    for (const watcher of watchers) watcher()
  }

  private async start(entry: Entry): Promise<void> {
    this.inFlight++
    this.closed = entry.alone
    const settle = await entry.run()
    this.inFlight--
    if (entry.alone) this.closed = false
    this.advance()
    settle()
  }

  private watch(entry: Entry, ready: Promise<unknown>): void {
    if (entry.watched) return
    entry.watched = true
    ready.then(
      () => {
        entry.ready = undefined
        this.advance()
      },
      (error) => {
        this.waiting.shift()
        const settle = entry.fail(error)
        this.advance()
        settle()
      },
    )
  }
}
