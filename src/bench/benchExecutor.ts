import { compile } from '../compiler/compile.js'
import { ArgumentError } from '../errors.js'
import type { TargetTraits } from '../loops/traits.js'
import { createWasmBackend } from '../runtime/createWasmBackend.js'
import { Debug } from '../runtime/debug.js'
import { DeviceExecutor } from '../runtime/deviceExecutor.js'

/** An executor of its own for a number of threads, so that several can be measured in turns. */
export interface BenchExecutor {
  readonly threads: number
  readonly traits: TargetTraits
  readonly executor: DeviceExecutor
}

/** @throws ArgumentError if the engine has no SIMD, or cannot have so many threads */
export async function createBenchExecutor(threads: number): Promise<BenchExecutor> {
  const debug = new Debug()
  const backend = await createWasmBackend({ threads, debug })
  if (!backend) {
    throw new ArgumentError(
      'bench: this engine has no WebAssembly SIMD, and no other target is worth measuring.',
    )
  }
  if (backend.threads !== threads) {
    throw new ArgumentError(
      `bench: ${threads} threads were asked for; this engine cannot share memory between threads.`,
    )
  }
  return { threads, traits: backend.traits, executor: new DeviceExecutor({ backend, compile, debug }) }
}
