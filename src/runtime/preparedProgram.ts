import type { Address, Launch, Step } from '../compiler/program.js'
import { InternalError } from '../errors.js'
import type { Barrier } from './barrier.js'
import type { Crew } from './crew.js'
import type { LaunchClock } from './launchTimes.js'
import type { Shares } from './shares.js'

/** How a compiled loop function is called: with its pointers, then begin and end, in an array that is the caller's. */
export interface Calls {
  call(pointersBeginEnd: readonly number[]): void
  /** Leaves a call to the next one of any function, or to `settle`, which does all that were left before. Absent where that saves nothing. */
  readonly leave?: (pointersBeginEnd: readonly number[]) => void
  /** The same with a call of which the helpers of this thread's crew may compute their parts. */
  readonly share?: (pointersBeginEnd: readonly number[]) => void
}

/** A compiled loop function. */
export interface Callable extends Calls {
  readonly name: string
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
  /** Its place among the program's steps: none in a repeat. */
  readonly place: number | undefined
}

interface PreparedRepeat {
  readonly type: 'repeat'
  readonly count: number
  readonly barrier: boolean
  readonly steps: readonly PreparedStep[]
}

type PreparedStep = PreparedLaunch | PreparedRepeat

/** What the threads of a run have in common: they go through it side by side, or all but the caller's help where they can. */
export type Sharing = Team | { readonly type: 'crew'; readonly crew: Crew }

interface Team {
  readonly type: 'team'
  readonly barrier: Barrier
  readonly shares: Shares
  /** The first computes alone what is not shared. */
  readonly thread: number
}

/** Calls that were left (see `Calls.leave`), and are noted. */
export interface LeftCalls {
  /** Does them all. */
  settle(): void
  /** Notes that they are one run of a program, on its own thread, if they were all left when they were done. Its bases stay as they are. */
  keep(program: object, bases: ArrayLike<number>, helped: boolean): void
  /** Does them once more, if they are such a run of this program with the same bases, and with helpers or without; says whether they are. */
  again(program: object, bases: ArrayLike<number>, helped: boolean): boolean
}

const nothingLeft: LeftCalls = { settle() {}, keep() {}, again: () => false }

export interface PreparedOptions {
  /** Notes when launches begin and end, if that is wanted. */
  readonly clock?: LaunchClock
  /** Where calls are left. Default: none ever are. */
  readonly left?: LeftCalls
}

/** A Program with functions resolved, for one thread. */
export class PreparedProgram {
  private readonly steps: readonly PreparedStep[]
  /** Iterations of the repeats that are under way, outermost first. */
  private readonly iterations: number[] = []
  /** Number of the next launch of this run. */
  private launches = 0
  private currentName = ''
  private readonly clock: LaunchClock | undefined
  private readonly left: LeftCalls
  /** Whether there are launches that threads can share. */
  readonly hasShared: boolean

  constructor(
    steps: readonly Step[],
    private readonly functions: ReadonlyMap<string, Callable>,
    { clock, left = nothingLeft }: PreparedOptions = {},
  ) {
    this.clock = clock
    this.left = left
    this.steps = steps.map((step, place) => this.prepare(step, place))
    this.hasShared = hasShared(steps)
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
    const { left, clock } = this
    const helped = sharing?.type === 'crew'
    const repeats = sharing?.type !== 'team' && !clock && from === 0
    if (repeats && left.again(this, bases, helped)) return
    this.iterations.length = 0
    this.launches = 0
    clock?.restart()
    try {
      this.runSteps(this.steps, bases, from, sharing)
    } finally {
      left.settle()
    }
    if (repeats) left.keep(this, bases, helped)
  }

  /** Computes what is left of a launch that the caller's thread offered; says whether there was anything. */
  help(step: number, bases: ArrayLike<number>, shares: Shares, number: number): boolean {
    const launch = this.steps[step]
    if (launch.type !== 'launch') throw new InternalError('Only launches can be helped with.')
    this.locate(launch, bases, 0)
    return this.computeShares(launch, shares, number)
  }

  private prepare(step: Step, place?: number): PreparedStep {
    if (step.type === 'repeat') return { ...step, steps: step.steps.map((inner) => this.prepare(inner)) }
    return {
      type: 'launch',
      callable: this.callableOf(step),
      addresses: step.arguments,
      values: [...step.arguments.map(() => 0), 0, step.grid],
      grid: step.grid,
      barrier: step.barrier,
      solo: step.solo,
      place,
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
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]
      if (step.barrier && sharing?.type === 'team' && !this.meet(sharing)) return false
      if (step.type === 'launch') this.launch(step, bases, from, sharing)
      else if (!this.repeat(step, bases, from, sharing)) return false
    }
    return true
  }

  private meet({ barrier }: Team): boolean {
    this.left.settle()
    return barrier.meet() !== 'aborted'
  }

  private repeat(
    step: PreparedRepeat,
    bases: ArrayLike<number>,
    from: number,
    sharing: Sharing | undefined,
  ): boolean {
    const { count, steps } = step
    const depth = this.iterations.push(0) - 1
    for (let i = 0; i < count; i++) {
      this.iterations[depth] = i
      if (!this.runSteps(steps, bases, from, sharing)) return false
    }
    this.iterations.pop()
    return true
  }

  private launch(
    launch: PreparedLaunch,
    bases: ArrayLike<number>,
    from: number,
    sharing: Sharing | undefined,
  ): void {
    const { solo, callable, values } = launch
    const team = sharing?.type === 'team' ? sharing : undefined
    if (solo && team && team.thread > 0) {
      this.clock?.skip()
      return
    }
    this.locate(launch, bases, from)
    if (team && !solo) {
      // Before it takes items, which nobody else can take then.
      this.left.settle()
      this.computeShares(launch, team.shares, this.launches++)
    } else if (sharing?.type === 'crew' && !solo && callable.share) callable.share(values)
    else if (sharing?.type === 'crew' && isShared(launch)) this.computeWithHelp(launch, sharing.crew)
    else if (callable.leave && !this.clock) callable.leave(values)
    else {
      this.clock?.begin()
      callable.call(values)
      this.clock?.end()
    }
  }

  /** Fills in a launch's pointers, and the whole of its grid. */
  private locate(
    { addresses, values, callable, grid }: PreparedLaunch,
    bases: ArrayLike<number>,
    from: number,
  ): void {
    for (let i = 0; i < addresses.length; i++) {
      const { base, offset, strides } = addresses[i]
      let address = bases[from + base] + offset
      for (let depth = 0; depth < strides.length; depth++) address += strides[depth] * this.iterations[depth]
      values[i] = address
    }
    values[addresses.length] = 0
    values[addresses.length + 1] = grid
    this.currentName = callable.name
  }

  private computeWithHelp(launch: PreparedLaunch & { readonly place: number }, crew: Crew): void {
    this.left.settle()
    const number = crew.offer(launch.place)
    try {
      this.computeShares(launch, crew.shares, number)
    } finally {
      crew.close()
    }
  }

  /** Computes what this thread can get of a launch with this number; says whether there was anything. */
  private computeShares(
    { addresses, values, callable, grid }: PreparedLaunch,
    shares: Shares,
    number: number,
  ): boolean {
    const { clock } = this
    let found = false
    while (shares.take(number, grid)) {
      if (!found) clock?.begin()
      found = true
      values[addresses.length] = shares.begin
      values[addresses.length + 1] = shares.end
      callable.call(values)
    }
    if (found) clock?.end()
    else clock?.skip()
    return found
  }
}

const hasShared = (steps: readonly Step[]): boolean =>
  steps.some((step) => (step.type === 'repeat' ? hasShared(step.steps) : !step.solo))

/** Whether workers can help with a launch. */
const isShared = (launch: PreparedLaunch): launch is PreparedLaunch & { readonly place: number } =>
  !launch.solo && launch.place !== undefined
