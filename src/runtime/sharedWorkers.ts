import type { Debug } from './debug.js'
import { reserveMemory, type WebAssemblyMemory } from './deviceMemory.js'
import type { Platform } from './platform.js'
import { type NativeTeam, SharedTeam } from './sharedTeam.js'
import type { Workers } from './workerBackend.js'
import { WorkerPool } from './workerPool.js'

const mostThreadsByDefault = 16

/** As many threads as the machine runs at once, within reason. */
export const defaultThreads = (platform: Platform): number =>
  Math.min(mostThreadsByDefault, platform.parallelism)

export interface SharedWorkerChoices {
  readonly threads: number
  readonly debug: Debug
  /** If they will call machine code. */
  readonly native?: NativeTeam
}

export interface SharedWorkers extends Workers {
  readonly memory: WebAssemblyMemory
}

/** Workers on one shared memory, reserved now; they start when they are first used. */
export async function sharedWorkers(
  platform: Platform,
  { threads, debug, native }: SharedWorkerChoices,
): Promise<SharedWorkers> {
  const memory = reserveMemory(true)
  const side = debug.guardedSide
  const guards = side && (await platform.guardPages(memory.memory, side))
  const startTeam = async () =>
    new SharedTeam(
      Array.from({ length: threads }, () => platform.startWorker()),
      memory.memory,
      native,
    )
  const pool = new WorkerPool(startTeam)
  return { pool, memory, threads, guards, close: () => pool.close() }
}
