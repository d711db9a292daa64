import type { Emit } from '../compiler/compile.js'
import type { Program, ProgramFunction } from '../compiler/program.js'
import type { TargetTraits } from '../loops/traits.js'
import type { DeviceMemory } from './deviceMemory.js'
import type { Guards } from './guardedAllocator.js'
import type { LaunchTimes } from './launchTimes.js'

/** A machine that runs Programs: its memory, and how their functions are compiled and called. */
export interface Backend {
  readonly name: string
  readonly threads: number
  readonly traits: TargetTraits
  readonly memory: DeviceMemory
  /** Buffers lie at or above this address. */
  readonly lowestAddress: number
  readonly functionsCompiled: number
  /** Pages between buffers that nobody may touch, in guard mode. */
  readonly guards?: Guards
  /** Begins to start its threads, if they are not there: best before a Program is compiled, which takes a while. */
  start(): void
  /** Makes code of the functions of a Program that will be loaded, as they are built. Default: it runs the loops themselves. */
  readonly emit?: Emit
  /** Begins to make a Program ready to run. Functions that are loops still become code now. */
  load(program: Program<ProgramFunction>): LoadedProgram
  /** Ends threads, when nothing is under way. Memory stays, and the next run starts them again. */
  close(): Promise<void>
}

export interface LoadedProgram {
  /** Fulfilled once it can run. */
  readonly ready: Promise<void>
  /** About how much memory it takes. */
  readonly bytes: number
  /**
   * Runs once with the base addresses of `Program`. Runs are done in the order of calls, and some (`maximumInFlight`)
   * may be called for before earlier ones are done.
   */
  run(bases: readonly number[]): Promise<void>
  /** Computes what the Program's `Preparation` leaves for runs. Only while no run is under way. */
  prepare(bases: readonly number[]): Promise<void>
  /** The caller's thread, for Programs that are over sooner than workers would begin. */
  readonly here?: RunsHere
  /** When its launches were computed in the last run; undefined if the backend does not take times. */
  readonly times?: LaunchTimes
  /** It will not be run again. */
  release(): void
}

/** Does on the caller's thread what workers do, once a Program is ready: it is done when a call returns. Only while no run is under way. */
export interface RunsHere {
  run(bases: readonly number[]): void
  prepare(bases: readonly number[]): void
}

/** How many runs a backend takes before the first of them is done. */
export const maximumInFlight = 4
