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

/** A task that waits or runs, and its caller. */
interface Entry<T = unknown> {
  readonly task: Task<T>
  /** Undefined when nothing more has to happen before it starts. */
  ready: Promise<unknown> | undefined
  watched: boolean
  resolve(value: T): void
  reject(error: unknown): void
}

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
      this.waiting.push({ task, ready: task.ready, watched: false, resolve, reject } as Entry)
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
      const { alone } = entry.task
      if (this.closed || this.inFlight >= this.maximumInFlight || (alone && this.inFlight > 0)) return
      this.waiting.shift()
      this.start(entry)
    }
    if (this.inFlight > 0) return
    const watchers = this.idleWatchers
    this.idleWatchers = []
    for (const watcher of watchers) watcher()
  }

  private start(entry: Entry): void {
    const { task } = entry
    this.inFlight++
    this.closed = task.alone
    task.start().then(
      (value) => {
        this.over(task)
        entry.resolve(value)
      },
      (error) => {
        this.over(task)
        entry.reject(error)
      },
    )
  }

  /** A task that was started has ended: later ones may start, and then its caller hears of it. */
  private over(task: Task<unknown>): void {
    task.finish()
    this.inFlight--
    if (task.alone) this.closed = false
    this.advance()
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
        entry.task.finish()
        this.advance()
        entry.reject(error)
      },
    )
  }
}
