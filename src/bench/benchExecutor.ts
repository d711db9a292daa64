import { compile } from '../compiler/compile.js'
import { ArgumentError } from '../errors.js'
import type { ExecutorOptions } from '../graph/executor.js'
import type { Backend } from '../runtime/backend.js'
import { chosenTuner } from '../runtime/createTuner.js'
import { createWasmBackend } from '../runtime/createWasmBackend.js'
import { createX64Backend, x64Status } from '../runtime/createX64Backend.node.js'
import { Debug } from '../runtime/debug.js'
import { DeviceExecutor } from '../runtime/deviceExecutor.js'

/** Targets that are worth measuring. */
export const benchTargets = ['wasm', 'x64'] as const
export type BenchTarget = (typeof benchTargets)[number]

/** What Gradus takes by itself. */
export const defaultTarget = async (): Promise<BenchTarget> =>
  (await x64Status()).available ? 'x64' : 'wasm'

/** An executor of its own for a number of threads, so that several can be measured in turns. */
export interface BenchExecutor {
  readonly threads: number
  readonly executor: DeviceExecutor
}

/** @throws ArgumentError if this machine does not have the target, or not with so many threads */
export async function createBenchExecutor(
  target: BenchTarget,
  threads: number,
  tune?: ExecutorOptions['tune'],
): Promise<BenchExecutor> {
  const makeTuner = await chosenTuner({ tune })
  const backend = await createBenchBackend(target, threads)
  return { threads, executor: new DeviceExecutor({ backend, compile, debug: new Debug(), makeTuner }) }
}

/** @throws ArgumentError if this machine does not have the target, or not with so many threads */
export async function createBenchBackend(target: BenchTarget, threads: number): Promise<Backend> {
  const backend = await backends[target](threads)
  if (typeof backend === 'string')
    throw new ArgumentError(`bench: the target "${target}" is missing. ${backend}`)
  if (backend.threads !== threads) {
    throw new ArgumentError(
      `bench: ${threads} threads were asked for, but this engine cannot share memory between threads.`,
    )
  }
  return backend
}

/** Each target's backend, or the reason why there is none here. */
const backends: Record<BenchTarget, (threads: number) => Promise<Backend | string>> = {
  wasm: async (threads) =>
    (await createWasmBackend({ threads, debug: new Debug() })) ?? 'This engine has no WebAssembly SIMD.',
  x64: (threads) => createX64Backend({ threads, debug: new Debug() }),
}
