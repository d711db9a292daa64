import { StateError } from '../errors.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Later } from '../utils/later.js'
import { mapped } from '../utils/mapped.js'
import type { Elements, TypedArray } from './dtype.js'
import type { Tensor } from './tensor.js'
import type { Trace } from './trace.js'
import { isTracing } from './trace.js'
import type { Variable } from './variable.js'

/** Looks at the results of a run, which are others when it has returned. */
export type Look<T> = (results: readonly Elements[]) => T

/** A compiled trace. Runs queue first-in first-out; variables it assigns are updated in place. */
export interface Executable {
  /** Runs once. Arrays are copied in before this returns, so the caller may reuse them at once. */
  run(inputs: readonly TypedArray[]): Promise<TypedArray[]>
  /** Runs once, and gives what `look` makes of the results where they lie: no copy of them is made. */
  runInPlace<T>(inputs: readonly TypedArray[], look: Look<T>): Promise<T>
  /** What was compiled, as text: launches, algorithms and their reasons, memory. */
  readonly report: string
  readonly arenaBytes: number
}

export interface ExecutorStatistics {
  readonly target: string
  /** What of the machine decides the last bits of results: two executors with the same target and arithmetic agree in them. */
  readonly arithmetic: string
  readonly threads: number
  /** Programs compiled so far, cache hits not counted. */
  readonly programsCompiled: number
  /** Loop functions compiled so far, cache hits not counted. */
  readonly functionsCompiled: number
  readonly runs: number
  /** Bytes of device memory reserved (its high-water mark), and in use now. */
  readonly reservedBytes: number
  readonly usedBytes: number
}

export interface CompileOptions {
  /**
   * Whether what follows from constants, and from variables that the trace does not assign, is kept from run to run until one of these variables
   * changes: weights are made ready for predictions once. Default: true.
   */
  readonly prepares?: boolean
}

/** What the graph needs of a machine. `runtime/` implements it; nothing of it is loaded before the first read. */
export interface Executor {
  readonly statistics: ExecutorStatistics
  /** Computes tensors without remembering them. */
  evaluate(tensors: readonly Tensor[]): Promise<TypedArray[]>
  compile(trace: Trace, options?: CompileOptions): Promise<Executable>
  readVariable(variable: Variable): Promise<TypedArray>
  /** Ends workers once queued runs are done. The next use starts them again. */
  close(): Promise<void>
}

export interface ExecutorOptions {
  /** `auto` (the default) is machine code (`x64`) where it runs, else WebAssembly, else the interpreter. `GRADUS_TARGET`
   *  overrides it. */
  readonly target?: 'auto' | 'x64' | 'wasm' | 'interpreter'
  /** Worker threads: by default the machine's cores, at most 16; `GRADUS_THREADS` overrides it. */
  readonly threads?: number
  /**
   * Whether to measure, when a step is compiled, which of a few cuts of its matrix products and convolutions is the quickest here,
   * and to keep that for later runs. Default: false; `GRADUS_TUNE` (`1` or `0`) overrides it. No result changes by it.
   */
  readonly tune?: boolean | TuningOptions
}

export interface TuningOptions {
  /** The most that the measurements for one step may take, in milliseconds. Default: 10,000. */
  readonly budget?: number
  /** Called as measurements get on. Default: a line on standard error, where that is a terminal. */
  readonly onProgress?: (progress: TuningProgress) => void
}

/** How far the measurements for one step have got. */
export interface TuningProgress {
  /** Matrix products and convolutions to be measured, each that occurs several times counted once, and how many of them are. */
  readonly total: number
  readonly done: number
  /** How many of those measured are quicker with another cut than the cost model's. */
  readonly faster: number
  /** Milliseconds since the measurements for this step began. */
  readonly milliseconds: number
  /** Whether this is the last word: all are done, or there is no time left for the others, which the cost model then cuts. */
  readonly finished: boolean
  /** Where the results are kept; undefined if they are for this process alone. */
  readonly keptIn: string | undefined
}

const executorOptions: OptionKeys<ExecutorOptions> = { target: true, threads: true, tune: true }
const tuningOptions: OptionKeys<TuningOptions> = { budget: true, onProgress: true }

let options: ExecutorOptions = {}
let current: Promise<Executor> | undefined

/** The executor that reads and steps run on; started at its first use. */
export function getExecutor(): Promise<Executor> {
  current ??= import('../runtime/createExecutor.js').then(({ createExecutor }) => createExecutor(options))
  return current
}

/**
 * Chooses target and threads for all that follows. Variables move along at their next use.
 * @throws ArgumentError for what is no option
 */
export async function configure(chosen: ExecutorOptions): Promise<void> {
  checkOptions(chosen, 'configure', '{ threads: 1 }', executorOptions)
  if (typeof chosen.tune === 'object') {
    checkOptions(chosen.tune, 'configure: tune', '{ budget: 500 }', tuningOptions)
  }
  const previous = current
  options = { ...options, ...chosen }
  current = undefined
  // One that could not be made has told whoever asked for it.
  const executor = await previous?.catch(() => undefined)
  await executor?.close()
}

/** Runs all that follows on a given executor, in place of one made from options: for tests. */
export function useExecutor(executor: Executor): void {
  current = Promise.resolve(executor)
}

/**
 * The elements of tensors: at once if all are known. Others are computed together; each tensor remembers its own and forgets how it
 * was made.
 */
export function readTensors(tensors: readonly Tensor[]): Later<TypedArray[]> {
  if (isTracing()) {
    throw new StateError(
      'A tensor was read inside a traced function (a layer, loss, metric or train step), where values do not exist yet. ' +
        'Return it from the function and read it outside, or compute with ops instead of its numbers.',
    )
  }
  for (const { node } of tensors) if (node.type !== 'constant') return computeTensors(tensors)
  return knownElements(tensors)
}

async function computeTensors(tensors: readonly Tensor[]): Promise<TypedArray[]> {
  const pending = tensors.filter((tensor) => tensor.node.type !== 'constant')
  const executor = await getExecutor()
  const arrays = await executor.evaluate(pending)
  pending.forEach((tensor, i) => tensor.become(arrays[i]))
  return knownElements(tensors)
}

const knownElements = (tensors: readonly Tensor[]): TypedArray[] =>
  mapped(tensors, (tensor) => tensor.knownData())
