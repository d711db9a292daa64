import { GradusError } from '../errors.js'
import type { GuardedSide, Guards } from './guardedAllocator.js'
import type { FromWorker } from './messages.js'
import type { WorkerHandle } from './workerPort.js'

/** What the runtime needs of the machine it runs in, apart from WebAssembly. */
export interface Platform {
  /** Turns on what the engine can do but hides behind a flag. */
  prepareEngine(): void
  startWorker(): WorkerHandle
  /** Guards over pages of a shared memory. */
  guardPages(memory: WebAssembly.Memory, side: GuardedSide): Promise<Guards>
  /** How many threads can run at once. */
  readonly parallelism: number
}

export const inNode = typeof process !== 'undefined' && process.versions?.node !== undefined

export async function loadPlatform(): Promise<Platform> {
  if (!inNode) return browserPlatform
  // Out of bundlers' sight: a page has no use for it, and its imports would fail there.
  const nodeFile = './platform.node.js'
  const { nodePlatform } = (await import(
    /* webpackIgnore: true */ /* @vite-ignore */ nodeFile
  )) as typeof import('./platform.node.js')
  return nodePlatform
}

const browserPlatform: Platform = {
  prepareEngine: () => {},
  get parallelism() {
    return navigator.hardwareConcurrency ?? 1
  },
  async guardPages() {
    throw new GradusError('Buffers can be guarded (GRADUS_DEBUG=guard) in Node only.')
  },
  startWorker(): WorkerHandle {
    // Bundlers look for exactly this expression, and pack the worker with its imports.
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
    return {
      post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
      onMessage: (handler) =>
        worker.addEventListener('message', (event: MessageEvent<FromWorker>) => handler(event.data)),
      onFailure: (handler) => {
        worker.addEventListener('error', (event) =>
          handler(new Error(event.message || 'it could not be loaded')),
        )
        worker.addEventListener('messageerror', () => handler(new Error('a message could not be read')))
      },
      keepAlive: () => {},
      terminate: async () => worker.terminate(),
    }
  },
}
