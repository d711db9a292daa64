/** States of a gate. */
const open = 0
const entered = 1
const shut = 2

/** So long a worker is waited for, in milliseconds: many times what it takes to load a library on a busy machine. */
const patience = 10_000

/**
 * Keeps a worker from being ended while it loads native code or makes functions of it. Node ends a worker by letting every call
 * from native code into the engine fail, and an addon that meets this where it cannot go on, as koffi does, aborts the
 * process. So the worker does such things inside its gate, and is ended only when its gate is shut: by its owner, or
 * when the process ends.
 */
export class NativeGate {
  private readonly state: Int32Array

  /** A new gate, or a worker's end of one by the memory that was sent to it. */
  constructor(readonly memory = new SharedArrayBuffer(4)) {
    this.state = new Int32Array(memory)
  }

  /** In the worker, not nested: after this nobody ends it until it leaves. If the gate is shut, does not return. */
  enter(): void {
    while (Atomics.compareExchange(this.state, 0, open, entered) !== open) Atomics.wait(this.state, 0, shut)
  }

  leave(): void {
    Atomics.store(this.state, 0, open)
    Atomics.notify(this.state, 0)
  }

  /** In the worker: does something inside. */
  within<T>(action: () => T): T {
    this.enter()
    try {
      return action()
    } finally {
      this.leave()
    }
  }

  /** In the owner: blocks until the worker is outside, and lets it in no more. */
  shutNow(): void {
    const end = performance.now() + patience
    while (!this.tryToShut() && performance.now() < end) Atomics.wait(this.state, 0, entered, patience)
  }

  /** The same, without blocking this thread. */
  async shut(): Promise<void> {
    while (!this.tryToShut()) await new Promise((resolve) => setTimeout(resolve, 1))
  }

  /** Not while the worker is inside. */
  private tryToShut(): boolean {
    return Atomics.compareExchange(this.state, 0, open, shut) !== entered
  }
}
