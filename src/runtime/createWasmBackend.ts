import { InternalError } from '../errors.js'
import type { TargetTraits } from '../loops/traits.js'
import { emitFunction } from '../targets/wasm/emitFunction.js'
import { detectFeatures, type WasmFeatures } from '../targets/wasm/features.js'
import { joinModule, lowestBufferAddress } from '../targets/wasm/module.js'
import { probeTiles, type Tile } from '../targets/wasm/tileProbe.js'
import { AloneMemory } from './aloneMemory.js'
import type { Debug } from './debug.js'
import { pageBytes, reserveMemory } from './deviceMemory.js'
import { loadPlatform, type Platform } from './platform.js'
import { defaultThreads, sharedWorkers } from './sharedWorkers.js'
import { type CompiledUnit, WorkerBackend, type Workers } from './workerBackend.js'
import { WorkerCode } from './workerCode.js'

export interface WasmBackendChoices {
  /** Default: as many as the machine runs at once, at most 16. One where memory cannot be shared. */
  readonly threads?: number
  readonly debug: Debug
  /** Whether workers share memory. Default: if they can. */
  readonly shared?: boolean
  /** Whether to take the time of each launch, where workers share memory. Default: false. */
  readonly timed?: boolean
}

/** The WebAssembly backend for the engine at hand; undefined if that has no SIMD. */
export async function createWasmBackend(choices: WasmBackendChoices): Promise<WorkerBackend | undefined> {
  const platform = await loadPlatform()
  platform.prepareEngine()
  const features = detectFeatures()
  if (!features.simd) return undefined
  const shared = choices.shared ?? features.threads
  const threads = choices.threads ?? defaultThreads(platform)
  const { debug, timed } = choices
  const sharing = shared ? await sharedWorkers(platform, { threads, debug }) : undefined
  const workers = sharing ?? loneWorker(platform)
  const { relaxedMadd } = features
  // A page need not carry what few ask for.
  const listing = debug.shows('asm')
    ? (await import('../targets/wasm/disassemble.js')).disassemble
    : undefined
  const maximumPages = workers.memory.maximumBytes / pageBytes
  return new WorkerBackend({
    name: 'wasm',
    workers,
    traits: wasmTraits(features),
    lowestAddress: lowestBufferAddress,
    emit: (fn) => emitFunction(fn, { relaxedMadd }),
    compile(functions) {
      const bytes = joinModule(functions, {
        sharedMemory: shared,
        minimumPages: 1,
        maximumPages,
        relaxedMadd,
      })
      const names = functions.map(({ debugName }) => debugName)
      if (listing) debug.show('asm', `code of ${names.join(', ')}`, () => listing(bytes))
      return wasmUnit(bytes)
    },
    here: sharing && new WorkerCode(sharing.memory.memory, 0, 1),
    timed: timed && shared,
  })
}

/** Made apart, so that what is kept to the end does not keep the module's bytes. */
const doNothing = () => {}

function wasmUnit(bytes: Uint8Array<ArrayBuffer>): CompiledUnit {
  const code = WebAssembly.compile(bytes).then(
    (module) => ({ type: 'wasm', module }) as const,
    (cause: Error) => {
      throw new InternalError(`The module that was emitted is not valid: ${cause.message}`, { cause })
    },
  )
  return { byteLength: bytes.byteLength, code, release: doNothing }
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
