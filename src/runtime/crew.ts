import { InternalError } from '../errors.js'
import { offeredShares, word } from './control.js'
import type { PreparedProgram } from './preparedProgram.js'
import { Shares } from './shares.js'

/** Launches have numbers below this, after which they begin anew: those that `Shares` tells apart. */
const launchNumbers = 2 ** 26

/** Milliseconds that a helper may keep the caller's thread waiting before it is left alone for a while: it lost its core to others. */
const longWait = 0.05
/** So many milliseconds at first, twice as many each time, up to the most. */
const [leastPause, mostPause] = [0.2, 200]
/** What each wait that was short makes of the next pause: on a core that others use as much, helpers come in time for some hundred runs at most. */
const confidence = 0.995
/** So many runs one after another may find all helpers asleep that the run before woke: they are left alone then, too. */
const mostInVain = 4
/** Looks between two glances at the clock. */
const looksAtOnce = 64
/** Milliseconds after which a helper that is not heard of has died. */
const lost = 10_000

/**
 * The caller's thread as the first of a team, which workers help with long launches as long as they are awake: none of them is
 * waited for but those that have begun. Here launches are offered one by one, and a launch is open while items of it are left. A worker counts
 * itself as a helper before it looks which is open; the caller's thread closes the launch, then waits until nobody counts, so
 * what a helper saw open stays as it is until the helper has gone.
 */
export class Crew {
  readonly shares: Shares
  private number = 0
  /** When helpers may be asked again, and how long they will be left alone the next time. */
  private aloneUntil = Number.NEGATIVE_INFINITY
  private nextPause = leastPause
  /** Whether helpers slept when the run began: that they are late then says nothing of their cores. */
  protected wakes = false
  /** How often in a row they were woken for a run, and had gone to sleep again before it ended. */
  private inVain = 0

  constructor(
    protected readonly words: Int32Array,
    private readonly threads: number,
  ) {
    this.shares = new Shares(words, offeredShares(threads), 0, threads, true)
  }

  /** Before a run: wakes workers, and says whether they may be asked for help. Those that sleep will come too late for this run. */
  begin(program: number): boolean {
    if (performance.now() < this.aloneUntil) return false
    Atomics.store(this.words, word.offeredProgram, program)
    this.open()
    Atomics.add(this.words, word.signal, 1)
    const asleep = Atomics.load(this.words, word.asleep)
    this.inVain = this.wakes && asleep === this.threads - 1 ? this.inVain + 1 : 0
    this.wakes = asleep > 0
    if (this.inVain === mostInVain) {
      this.leaveAlone()
      return false
    }
    if (this.wakes) Atomics.notify(this.words, word.signal)
    return true
  }

  /** After a run for which `begin` said that they may. */
  end(): void {}

  /** Readies what helpers look at. */
  protected open(): void {}

  /** Opens a launch. Returns its number. */
  offer(step: number): number {
    const { words } = this
    this.number = (this.number + 1) % launchNumbers
    Atomics.store(words, word.offeredStep, step)
    Atomics.store(words, word.offered, this.number + 1)
    Atomics.add(words, word.signal, 1)
    return this.number
  }

  /**
   * Closes it, and waits for helpers.
   * @throws InternalError if one failed
   */
  close(): void {
    const { words } = this
    Atomics.store(words, word.offered, 0)
    if (Atomics.load(words, word.helpers) !== 0) this.wait()
    if (Atomics.exchange(words, word.helpFailed, 0) !== 0)
      throw new InternalError('a thread that helped could not compute its part')
  }

  private wait(): void {
    const { words } = this
    const begin = performance.now()
    let waited = 0
    for (let looks = 0; Atomics.load(words, word.helpers) !== 0; looks++) {
      if (looks % looksAtOnce !== 0) continue
      waited = performance.now() - begin
      if (waited > lost) throw new InternalError('a thread that helped does not come back')
    }
    if (!this.wakes) this.judge(waited > longWait)
  }

  /** Leaves helpers alone if they were late, as others use their cores. */
  protected judge(late: boolean): void {
    if (late) this.leaveAlone()
    else this.nextPause = Math.max(leastPause, confidence * this.nextPause)
  }

  /** Does without helpers for a while: others use their cores, and on the caller's own they would only keep it from working. */
  private leaveAlone(): void {
    this.inVain = 0
    this.wakes = false
    this.aloneUntil = performance.now() + this.nextPause
    this.nextPause = Math.min(mostPause, 2 * this.nextPause)
  }
}

/** What a helper needs of a program. */
export interface HelpedProgram {
  readonly prepared: Pick<PreparedProgram, 'help'>
  readonly bases: Int32Array
}

/** Computes what is left of a launch that is offered under this number, or of a run; says whether there was anything. */
export type Help = (offered: number) => boolean

/** A worker's side of a `Crew`. */
export class Helper {
  constructor(
    private readonly words: Int32Array,
    private readonly compute: Help,
  ) {}

  /** Helps if help is wanted; says whether there was anything to do. */
  help(): boolean {
    const { words } = this
    if (Atomics.load(words, word.offered) === 0) return false
    Atomics.add(words, word.helpers, 1)
    try {
      const offered = Atomics.load(words, word.offered)
      return offered !== 0 && this.compute(offered)
    } catch {
      Atomics.store(words, word.helpFailed, 1)
      return false
    } finally {
      Atomics.sub(words, word.helpers, 1)
    }
  }
}

/**
 * How a worker helps with launches that are offered one by one.
 * @param knows whether all code that was announced is here
 */
export function helpWithLaunches(
  words: Int32Array,
  { thread, threads }: { readonly thread: number; readonly threads: number },
  programOf: (id: number) => HelpedProgram,
  knows: () => boolean,
): Help {
  const shares = new Shares(words, offeredShares(threads), thread, threads, true)
  return (offered) => {
    if (!knows()) return false
    const { prepared, bases } = programOf(Atomics.load(words, word.offeredProgram))
    return prepared.help(Atomics.load(words, word.offeredStep), bases, shares, offered - 1)
  }
}
