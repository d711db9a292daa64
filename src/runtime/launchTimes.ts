import type { Step } from '../compiler/program.js'

/** When one thread computed its share of a launch, in milliseconds of the caller's `performance.now()`. */
export interface LaunchTime {
  /** Number of the launch in the Program's report. Those inside a repeat come once for each iteration. */
  readonly launch: number
  readonly thread: number
  readonly begin: number
  readonly end: number
}

/** Numbers before the times in their memory: the origin of the caller's clock. */
const header = 1

/** The launches of a run in order, by their number in the report. */
export function launchOrder(steps: readonly Step[]): number[] {
  let known = 0
  const order = (list: readonly Step[]): number[] =>
    list.flatMap((step) => {
      if (step.type === 'launch') return [known++]
      const once = order(step.steps)
      return Array.from({ length: step.count }, () => once).flat()
    })
  return order(steps)
}

/** Shared memory in which threads note when each launch of a program's last run began and ended. */
export class LaunchTimes {
  readonly memory: SharedArrayBuffer
  private readonly order: readonly number[]

  constructor(
    steps: readonly Step[],
    private readonly threads: number,
  ) {
    this.order = launchOrder(steps)
    this.memory = new SharedArrayBuffer(8 * (header + 2 * threads * this.order.length))
    new Float64Array(this.memory)[0] = performance.timeOrigin
  }

  /** Of the last run. A thread that came too late for a share of a launch has no time there. */
  read(): LaunchTime[] {
    const { order, threads } = this
    const numbers = new Float64Array(this.memory)
    const times: LaunchTime[] = []
    for (let thread = 0; thread < threads; thread++) {
      order.forEach((launch, i) => {
        const at = header + 2 * (thread * order.length + i)
        if (numbers[at] > 0) times.push({ launch, thread, begin: numbers[at], end: numbers[at + 1] })
      })
    }
    return times
  }
}

/** One thread's side of `LaunchTimes`. */
export class LaunchClock {
  private readonly numbers: Float64Array
  private readonly first: number
  /** What has to be added to this thread's clock. */
  private readonly ahead: number
  private next: number

  constructor(memory: SharedArrayBuffer, thread: number, threads: number) {
    this.numbers = new Float64Array(memory)
    this.first = header + (thread * (this.numbers.length - header)) / threads
    this.ahead = performance.timeOrigin - this.numbers[0]
    this.next = this.first
  }

  restart(): void {
    this.next = this.first
  }

  skip(): void {
    this.numbers[this.next++] = 0
    this.numbers[this.next++] = 0
  }

  begin(): void {
    this.numbers[this.next++] = performance.now() + this.ahead
  }

  end(): void {
    this.numbers[this.next++] = performance.now() + this.ahead
  }
}
