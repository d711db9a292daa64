import type { Address, Launch, Step } from '../compiler/program.js'
import { InternalError } from '../errors.js'
import type { Barrier } from './barrier.js'
import type { LaunchClock } from './launchTimes.js'
import type { Shares } from './shares.js'

/** A compiled loop function: takes its pointers, then begin and end. */
export interface Callable {
  readonly name: string
  call(...pointersBeginEnd: number[]): void
}

interface PreparedLaunch {
  readonly type: 'launch'
  readonly callable: Callable
  readonly addresses: readonly Address[]
  /** Pointers, begin and end, filled in at each call. */
  readonly values: number[]
  readonly grid: number
  readonly barrier: boolean
  readonly solo: boolean
}

interface PreparedRepeat {
  readonly type: 'repeat'
  readonly count: number
  readonly barrier: boolean
  readonly steps: readonly PreparedStep[]
}

type PreparedStep = PreparedLaunch | PreparedRepeat

/** What the threads of a run have in common. */
export interface Sharing {
  readonly barrier: Barrier
  readonly shares: Shares
  /** The first computes alone what is not shared. */
  readonly thread: number
}

/** A Program with functions resolved, for one thread. */
export class PreparedProgram {
  private readonly steps: readonly PreparedStep[]
  /** Iterations of the repeats that are under way, outermost first. */
  private readonly iterations: number[] = []
  /** Number of the next launch of this run. */
  private launches = 0
  private currentName = ''

  constructor(
    steps: readonly Step[],
    private readonly functions: ReadonlyMap<string, Callable>,
    /** Notes when launches begin and end, if that is wanted. */
    private readonly clock?: LaunchClock,
  ) {
    this.steps = steps.map((step) => this.prepare(step))
  }

  /** Name of the loop function called last: the culprit, when `run` throws. */
  get current(): string {
    return this.currentName
  }

  /**
   * Runs with `bases[from + i]` as base i: what `sharing` gives this thread, or everything without it. Stops early when another
   * thread aborts the barrier.
   */
  run(bases: ArrayLike<number>, from: number, sharing?: Sharing): void {
    this.iterations.length = 0
    this.launches = 0
    this.clock?.restart()
    this.runSteps(this.steps, bases, from, sharing)
  }

  private prepare(step: Step): PreparedStep {
    if (step.type === 'repeat') return { ...step, steps: step.steps.map((inner) => this.prepare(inner)) }
    return {
      type: 'launch',
      callable: this.callableOf(step),
      addresses: step.arguments,
      values: [...step.arguments.map(() => 0), 0, step.grid],
      grid: step.grid,
      barrier: step.barrier,
      solo: step.solo,
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
    sharing: Sharing | undefined,
  ): boolean {
    for (const step of steps) {
      if (step.barrier && sharing?.barrier.meet() === 'aborted') return false
      if (step.type === 'launch') {
        if (!sharing || !step.solo) this.launch(step, bases, from, sharing?.shares)
        else if (sharing.thread === 0) this.launch(step, bases, from, undefined)
        else this.clock?.skip()
      } else if (!this.repeat(step, bases, from, sharing)) return false
    }
    return true
  }

  private repeat(
    step: PreparedRepeat,
    bases: ArrayLike<number>,
    from: number,
    sharing: Sharing | undefined,
  ): boolean {
    const depth = this.iterations.push(0) - 1
    for (let i = 0; i < step.count; i++) {
      this.iterations[depth] = i
      if (!this.runSteps(step.steps, bases, from, sharing)) return false
    }
    this.iterations.pop()
    return true
  }

  private launch(
    launch: PreparedLaunch,
    bases: ArrayLike<number>,
    from: number,
    shares: Shares | undefined,
  ): void {
    const { addresses, values, callable } = launch
    for (let i = 0; i < addresses.length; i++) {
      const { base, offset, strides } = addresses[i]
      let address = bases[from + base] + offset
      for (let depth = 0; depth < strides.length; depth++) address += strides[depth] * this.iterations[depth]
      values[i] = address
    }
    this.currentName = callable.name
    if (shares) this.computeShares(launch, shares)
    else {
      this.clock?.begin()
      callable.call(...values)
      this.clock?.end()
    }
  }

  /** Computes what this thread can get of a launch. */
  private computeShares({ addresses, values, callable, grid }: PreparedLaunch, shares: Shares): void {
    const { clock } = this
    const number = this.launches++
    let found = false
    while (shares.take(number, grid)) {
      if (!found) clock?.begin()
      found = true
      values[addresses.length] = shares.begin
      values[addresses.length + 1] = shares.end
      callable.call(...values)
    }
    if (found) clock?.end()
    else clock?.skip()
  }
}
