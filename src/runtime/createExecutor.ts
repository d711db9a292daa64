import { compile } from '../compiler/compile.js'
import { ArgumentError } from '../errors.js'
import type { Executor, ExecutorOptions } from '../graph/executor.js'
import type { Backend } from './backend.js'
import { chosenTuner } from './createTuner.js'
import { createWasmBackend } from './createWasmBackend.js'
import { Debug } from './debug.js'
import { DeviceExecutor } from './deviceExecutor.js'
import { environment } from './environment.js'
import { inNode } from './platform.js'

const targets = ['auto', 'x64', 'wasm', 'interpreter'] as const

type Target = (typeof targets)[number]

/** An executor as options and environment variables ask for it. Workers start at its first run. */
export async function createExecutor(options: ExecutorOptions): Promise<Executor> {
  const debug = new Debug()
  const makeTuner = await chosenTuner(options)
  return new DeviceExecutor({ backend: await createBackend(options, { debug }), compile, debug, makeTuner })
}

export interface BackendChoices {
  readonly debug: Debug
  /** Whether to take the time of each launch. Default: false. */
  readonly timed?: boolean
}

/**
 * The backend that options and environment variables ask for. By itself it is machine code where that runs, else
 * WebAssembly, else the interpreter.
 */
export async function createBackend(options: ExecutorOptions, choices: BackendChoices): Promise<Backend> {
  const target = chosenTarget(options)
  const chosen = { ...choices, threads: chosenThreads(options) }
  if (target === 'interpreter') return interpreterBackend()
  if (target !== 'wasm') {
    const x64 = await x64Backend(chosen)
    if (typeof x64 !== 'string') return x64
    if (target === 'x64') {
      throw new ArgumentError(`The target "x64" was asked for, but: ${x64} Use "auto" or "wasm".`)
    }
  }
  const wasm = await createWasmBackend(chosen)
  if (wasm) return wasm
  if (target === 'auto') return interpreterBackend()
  throw new ArgumentError(
    'The target "wasm" was asked for, but this machine has no WebAssembly SIMD. Use "auto" or "interpreter".',
  )
}

/** Loaded only where it is asked for, or where nothing else runs. */
async function interpreterBackend(): Promise<Backend> {
  const { InterpreterBackend } = await import('./interpreterBackend.js')
  return new InterpreterBackend()
}

/** Machine code, or the reason why there is none here. */
async function x64Backend(
  choices: BackendChoices & { readonly threads?: number },
): Promise<Backend | string> {
  if (!inNode) return 'Machine code runs in Node only.'
  // Out of bundlers' sight: a page has no use for it.
  const nodeFile = './createX64Backend.node.js'
  const { createX64Backend } = (await import(
    /* webpackIgnore: true */ /* @vite-ignore */ nodeFile
  )) as typeof import('./createX64Backend.node.js')
  return createX64Backend(choices)
}

function chosenTarget(options: ExecutorOptions): Target {
  const name: string = environment('GRADUS_TARGET') ?? options.target ?? 'auto'
  const target = targets.find((known) => known === name)
  if (!target) throw new ArgumentError(`Target: expected one of ${targets.join(', ')}; received "${name}".`)
  return target
}

/** Threads that were asked for; undefined if the machine decides. */
function chosenThreads(options: ExecutorOptions): number | undefined {
  const text = environment('GRADUS_THREADS')
  const threads = text === undefined ? options.threads : Number(text)
  if (threads === undefined || (Number.isInteger(threads) && threads >= 1 && threads <= mostThreads))
    return threads
  throw new ArgumentError(
    `Threads: expected a whole number from 1 to ${mostThreads}; received ${text ?? options.threads}.`,
  )
}

const mostThreads = 256
