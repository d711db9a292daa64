import type { TargetTraits } from '../loops/traits.js'
import { detectFeatures, type WasmFeatures } from '../targets/wasm/features.js'
import { compileModule, lowestBufferAddress } from '../targets/wasm/module.js'
import { probeTiles, type Tile } from '../targets/wasm/tileProbe.js'
import { AloneMemory } from './aloneMemory.js'
import type { Debug } from './debug.js'
import { pageBytes, reserveMemory } from './deviceMemory.js'
import { loadPlatform, type Platform } from './platform.js'
import { SharedTeam } from './sharedTeam.js'
import { WasmBackend, type Workers } from './wasmBackend.js'
import { WorkerPool } from './workerPool.js'

export interface WasmBackendChoices {
  /** Default: as many as the machine runs at once, at most 16. One where memory cannot be shared. */
  readonly threads?: number
  readonly debug: Debug
  /** Whether workers share memory. Default: if they can. */
  readonly shared?: boolean
}

const mostThreadsByDefault = 16

/** The WebAssembly backend for the engine at hand; undefined if that has no SIMD. */
export async function createWasmBackend(choices: WasmBackendChoices): Promise<WasmBackend | undefined> {
  const platform = await loadPlatform()
  platform.prepareEngine()
  const features = detectFeatures()
  if (!features.simd) return undefined
  const shared = choices.shared ?? features.threads
  const threads = choices.threads ?? Math.min(mostThreadsByDefault, platform.parallelism)
  const workers = shared ? sharedWorkers(platform, threads) : loneWorker(platform)
  const { relaxedMadd } = features
  const maximumPages = workers.memory.maximumBytes / pageBytes
  return new WasmBackend({
    workers,
    traits: wasmTraits(features),
    lowestAddress: lowestBufferAddress,
    emit: (functions) =>
      compileModule(functions, { sharedMemory: shared, minimumPages: 1, maximumPages, relaxedMadd }),
    debug: choices.debug,
  })
}

function sharedWorkers(platform: Platform, threads: number): Workers {
  const memory = reserveMemory(true)
  const startTeam = async () =>
    new SharedTeam(
      Array.from({ length: threads }, () => platform.startWorker()),
      memory.memory,
    )
  const pool = new WorkerPool(startTeam)
  return { pool, memory, threads, close: () => pool.close() }
}

function loneWorker(platform: Platform): Workers {
  // This memory only shows how much may be asked for: the worker makes its own.
  const memory = new AloneMemory(platform, reserveMemory(false).maximumBytes)
  return { pool: memory.pool, memory, threads: 1, close: () => memory.close() }
}

/** Found out once in a process: it takes some 20 ms, and the engine stays the same. */
let tile: Tile | undefined

function wasmTraits(features: WasmFeatures): TargetTraits {
  tile ??= probeTiles(features).tile
  return {
    name: 'wasm',
    width: 4,
    fusedMulAdd: features.relaxedMadd,
    tile,
    accumulators: tile.rows * tile.vectors,
    cache: { l1: 32 * 1024, l2: 1024 * 1024 },
  }
}
