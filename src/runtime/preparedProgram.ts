import { type Address, type Launch, partOf, type Step } from '../compiler/program.js'
import { InternalError } from '../errors.js'
import type { Barrier } from './barrier.js'
import type { LaunchClock } from './launchTimes.js'

/** A compiled loop function: takes its pointers, then begin and end. */
export interface Callable {
  readonly name: string
  call(...pointersBeginEnd: number[]): void
}

interface PreparedLaunch {
  readonly type: 'launch'
  readonly callable: Callable
  readonly addresses: readonly Address[]
  /** Pointers, filled in at each call, then this thread's begin and end. */
  readonly values: number[]
  readonly barrier: boolean
  readonly empty: boolean
}

interface PreparedRepeat {
  readonly type: 'repeat'
  readonly count: number
  readonly steps: readonly PreparedStep[]
}

type PreparedStep = PreparedLaunch | PreparedRepeat

/** One thread's part of a Program, with functions and ranges resolved. */
export class PreparedProgram {
  private readonly steps: readonly PreparedStep[]
  /** Iterations of the repeats that are under way, outermost first. */
  private readonly iterations: number[] = []
  private currentName = ''

  constructor(
    steps: readonly Step[],
    private readonly functions: ReadonlyMap<string, Callable>,
    private readonly thread: number,
    private readonly threads: number,
    /** Notes when launches begin and end, if that is wanted. */
    private readonly clock?: LaunchClock,
  ) {
    this.steps = steps.map((step) => this.prepare(step))
  }

  /** Name of the loop function called last: the culprit, when `run` throws. */
  get current(): string {
    return this.currentName
  }

  /** Runs this thread's part with `bases[from + i]` as base i. Stops early when another thread aborts the barrier. */
  run(bases: ArrayLike<number>, from: number, barrier: Barrier | undefined): void {
    this.iterations.length = 0
    this.clock?.restart()
    this.runSteps(this.steps, bases, from, barrier)
  }

  private prepare(step: Step): PreparedStep {
    if (step.type === 'repeat') return { ...step, steps: step.steps.map((inner) => this.prepare(inner)) }
    const [begin, end] = partOf(step.grid, this.thread, this.threads)
    return {
      type: 'launch',
      callable: this.callableOf(step),
      addresses: step.arguments,
      values: [...step.arguments.map(() => 0), begin, end],
      barrier: step.barrier && this.threads > 1,
      empty: begin === end,
    }
  }

  private callableOf(launch: Launch): Callable {
    const callable = this.functions.get(launch.function)
    if (!callable)
      throw new InternalError(`A launch names a function that was not handed over: ${launch.function}`)
    return callable
  }

  /** False when aborted. */
  private runSteps(
    steps: readonly PreparedStep[],
    bases: ArrayLike<number>,
    from: number,
    barrier: Barrier | undefined,
  ): boolean {
    for (const step of steps) {
      if (step.type === 'launch') {
        if (step.barrier && barrier?.meet() === 'aborted') return false
        if (step.empty) this.clock?.skip()
        else this.launch(step, bases, from)
      } else if (!this.repeat(step, bases, from, barrier)) return false
    }
    return true
  }

  private repeat(
    step: PreparedRepeat,
    bases: ArrayLike<number>,
    from: number,
    barrier: Barrier | undefined,
  ): boolean {
    const depth = this.iterations.push(0) - 1
    for (let i = 0; i < step.count; i++) {
      this.iterations[depth] = i
      if (!this.runSteps(step.steps, bases, from, barrier)) return false
    }
    this.iterations.pop()
    return true
  }

  private launch(launch: PreparedLaunch, bases: ArrayLike<number>, from: number): void {
    const { addresses, values, callable } = launch
    for (let i = 0; i < addresses.length; i++) {
      const { base, offset, strides } = addresses[i]
      let address = bases[from + base] + offset
      for (let depth = 0; depth < strides.length; depth++) address += strides[depth] * this.iterations[depth]
      values[i] = address
    }
    this.currentName = callable.name
    this.clock?.begin()
    callable.call(...values)
    this.clock?.end()
  }
}
