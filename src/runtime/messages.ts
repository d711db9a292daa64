import type { Step } from '../compiler/program.js'

/** Functions as code: a module that exports function i as `f` + i, or the addresses of machine code in this process. */
export type UnitCode =
  | { readonly type: 'wasm'; readonly module: WebAssembly.Module }
  | { readonly type: 'native'; readonly addresses: readonly bigint[] }

/** What threads need to call machine code: the addresses of `callerCode` and `helperCode`, and what a crew shares (`targets/x64/callLists.ts`). */
export interface NativeCode {
  readonly caller: bigint
  readonly helper: bigint
  readonly crewList: SharedArrayBuffer
}

/** Loop functions that were compiled together. */
export interface CodeUnit {
  readonly id: number
  readonly code: UnitCode
  /** Ids, never given twice, by which launches name them: keys are long texts. */
  readonly functions: readonly { readonly id: string; readonly name: string }[]
}

/** What workers keep until it is released. */
export type CodeMessage =
  | { readonly type: 'code'; readonly unit: CodeUnit }
  /** A Program, handed over once. Its functions have been handed over before; its launches name them by their ids. */
  | {
      readonly type: 'program'
      readonly id: number
      readonly steps: readonly Step[]
      readonly baseCount: number
      /** Base addresses of the runs in the ring, `baseCount` for each slot. Only where memory is shared. */
      readonly bases?: SharedArrayBuffer
      /** Where to note the times of launches: see `LaunchTimes`. Only if they are wanted. */
      readonly times?: SharedArrayBuffer
    }
  | { readonly type: 'release'; readonly programs: readonly number[]; readonly units: readonly number[] }

/** First message to a worker that shares memory with this thread and its fellow workers. */
export interface StartShared {
  readonly type: 'startShared'
  readonly thread: number
  readonly threads: number
  readonly control: SharedArrayBuffer
  readonly memory: WebAssembly.Memory
  /** If its functions will be machine code. */
  readonly native?: NativeCode
}

/** First message to the one worker that owns its memory. */
export interface StartAlone {
  readonly type: 'startAlone'
  readonly maximumPages: number
}

/** What the worker that owns its memory is told, in the order in which it happens. */
export type AloneMessage =
  | { readonly type: 'grow'; readonly byteLength: number }
  | { readonly type: 'write'; readonly address: number; readonly data: ArrayBuffer }
  | { readonly type: 'read'; readonly request: number; readonly address: number; readonly bytes: number }
  | {
      readonly type: 'run'
      readonly request: number
      readonly program: number
      readonly bases: readonly number[]
    }

export type ToWorker = StartShared | StartAlone | CodeMessage | AloneMessage

/** A launch that threw. */
export interface Failure {
  /** Name of the loop function. */
  readonly function: string
  readonly thread: number
  readonly reason: string
}

export type FromWorker =
  /** The last worker is done with a run; which, and how it went, stands in shared memory. */
  | { readonly type: 'completed' }
  | { readonly type: 'failed'; readonly run: number; readonly failure: Failure }
  /** An answer of the worker that owns its memory. */
  | {
      readonly type: 'answer'
      readonly request: number
      readonly data?: ArrayBuffer
      readonly failure?: Failure
    }
