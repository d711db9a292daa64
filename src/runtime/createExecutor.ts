import { compile } from '../compiler/compile.js'
import { ArgumentError } from '../errors.js'
import type { Executor, ExecutorOptions } from '../graph/executor.js'
import { createWasmBackend } from './createWasmBackend.js'
import { Debug } from './debug.js'
import { DeviceExecutor } from './deviceExecutor.js'
import { environment } from './environment.js'
import { InterpreterBackend } from './interpreterBackend.js'

const targets = ['auto', 'wasm', 'interpreter'] as const

/** An executor as options and environment variables ask for it. Workers start at its first run. */
export async function createExecutor(options: ExecutorOptions): Promise<Executor> {
  const debug = new Debug()
  const target = chosenTarget(options)
  const wasm =
    target === 'interpreter' ? undefined : await createWasmBackend({ threads: chosenThreads(options), debug })
  if (target === 'wasm' && !wasm) {
    throw new ArgumentError(
      'The target "wasm" was asked for, but this machine has no WebAssembly SIMD. Use "auto" or "interpreter".',
    )
  }
  return new DeviceExecutor({ backend: wasm ?? new InterpreterBackend(), compile, debug })
}

function chosenTarget(options: ExecutorOptions): (typeof targets)[number] {
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
