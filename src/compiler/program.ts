import type { DType } from '../graph/dtype.js'
import type { Shape } from '../graph/shape.js'
import type { LoopFunction } from '../loops/ir.js'
import type { CutOrigin } from './cut.js'

/**
 * A Program: a graph compiled for one target. Pure data, and relocatable: every address is an offset from a base that
 * the runtime supplies at each run, so a Program can be handed to workers once and run on any buffers.
 */
export interface Program<F extends ProgramFunction = LoopFunction> {
  /** Functions by key, which says all of their code. Two launches, of this or another Program, with one key share one compiled function. */
  readonly functions: ReadonlyMap<string, F>
  readonly steps: readonly Step[]
  readonly preparation: Preparation
  /** Bases in order: 0 is the arena, then inputs, variables, constants, outputs, what is prepared, scratch. */
  readonly inputs: readonly BaseType[]
  readonly variables: readonly BaseType[]
  readonly constants: readonly BaseType[]
  readonly outputs: readonly BaseType[]
  /** Buffers that would share the arena, each as a base of its own after the outputs: only if compiled so. */
  readonly scratch: readonly BaseType[]
  /** Which variables (by position) a run changes. */
  readonly assigned: readonly number[]
  readonly arenaBytes: number
  readonly report: Report
}

/** A function as loops, or as the code that a backend made of it as soon as it was built. */
export type ProgramFunction = LoopFunction | EmittedFunction

/** A function's code, in a backend's own form. Its loops need not live on. */
export interface EmittedFunction<Code = unknown> {
  readonly name: string
  /** Undefined if the backend has it already. */
  readonly code: Code | undefined
}

/**
 * What follows from constants and from variables that no run changes, as panels of weights do: computed before the first run, and again
 * when such a variable has changed.
 */
export interface Preparation {
  readonly steps: readonly Step[]
  /** The variables that it reads, by position. */
  readonly variables: readonly number[]
  /** What it leaves for runs. */
  readonly buffers: readonly BaseType[]
}

export interface BaseType {
  readonly shape: Shape
  readonly dtype: DType
  readonly bytes: number
}

/** Every buffer is followed by this many bytes that vector loops may read and write freely, and starts aligned to it. */
export const bufferAlignment = 64

/** A place in memory: `bases[base] + offset`, and inside repeats, `+ stride * iteration` for each enclosing one. */
export interface Address {
  readonly base: number
  readonly offset: number
  /** Bytes by which the address moves with each iteration of the enclosing repeats, outermost first. */
  readonly strides: readonly number[]
}

export type Step = Launch | Repeat

/** One function over its grid. Threads share `[0, grid)`, in any parts. */
export interface Launch {
  readonly type: 'launch'
  readonly function: string
  readonly arguments: readonly Address[]
  readonly grid: number
  /** True if this launch touches memory that launches of other threads since the last barrier wrote or read: threads meet before it. */
  readonly barrier: boolean
  /** True if the first thread computes all of it, as it is too little to share: those that follow one another need no barrier between them. */
  readonly solo: boolean
}

/** Steps run `count` times in order, for `loop` ops. */
export interface Repeat {
  readonly type: 'repeat'
  readonly count: number
  /** True if threads meet once before it. */
  readonly barrier: boolean
  readonly steps: readonly Step[]
}

/** That of a Program in which nothing is computed but once for each run. */
export const noPreparation: Preparation = { steps: [], variables: [], buffers: [] }

/** What the bases after the arena hold, in order. */
export const basesOf = (program: Program<ProgramFunction>): readonly BaseType[] => [
  ...program.inputs,
  ...program.variables,
  ...program.constants,
  ...program.outputs,
  ...program.preparation.buffers,
  ...program.scratch,
]

/** What was chosen for each launch, and why. */
export interface Report {
  /** Those of each run. */
  readonly launches: readonly LaunchReport[]
  /** Those of the preparation. */
  readonly prepared: readonly LaunchReport[]
  readonly arenaBytes: number
}

export interface LaunchReport {
  readonly function: string
  /** The ops computed, in graph order: `conv2d+add+relu`. */
  readonly ops: string
  /** The template and variant, with the reason where there was a choice. */
  readonly algorithm: string
  readonly grid: number
  readonly flops: number
  /** Bytes read and written, each buffer counted once. */
  readonly bytes: number
  /** What the micro-kernel's tiles cover, if they do the work: columns, and rows that come in runs of so many. */
  readonly matrix?: { readonly rows: number; readonly columns: number }
  /** Who said how a micro-kernel's launch is cut; undefined for other launches. */
  readonly cutBy?: CutOrigin
  /** How lanes are used: `vector`, or `scalar` with the reason. */
  readonly lanes: 'vector' | { readonly scalar: string }
  /** Why a launch cannot use more than one thread, if it cannot. */
  readonly singleThreaded?: string
}

/** Part `thread` of `[0, grid)`, cut evenly into `threads`. */
export function partOf(grid: number, thread: number, threads: number): readonly [begin: number, end: number] {
  return [Math.floor((grid * thread) / threads), Math.floor((grid * (thread + 1)) / threads)]
}
