import type { Hdf5Report, Hdf5Request } from './messages.js'

export interface Hdf5Listener {
  report(report: Hdf5Report): void
  /** The worker cannot be loaded, or died. */
  failure(reason: string): void
}

/** The caller's side of a worker that holds the HDF5 library. */
export interface Hdf5Worker {
  /** Arrays of `transfer` are handed over, not copied. */
  post(request: Hdf5Request, transfer: readonly ArrayBuffer[]): void
  /** Who hears of the worker from now on. */
  listen(listener: Hdf5Listener): void
  /** Whether the worker keeps the process alive. */
  keepAlive(keep: boolean): void
  terminate(): Promise<void>
}

/** Starts a worker, in Node and in pages alike. The library, 4 MB, is loaded in it and nowhere else. */
export async function startWorker(): Promise<Hdf5Worker> {
  if (typeof process === 'undefined' || process.versions?.node === undefined) return startInPage()
  // Out of bundlers' sight: a page has no use for it, and its imports would fail there.
  const nodeFile = './startHdf5Worker.node.js'
  const { startInNode } = (await import(
    /* webpackIgnore: true */ /* @vite-ignore */ nodeFile
  )) as typeof import('./startHdf5Worker.node.js')
  return startInNode()
}

function startInPage(): Hdf5Worker {
  // Bundlers look for exactly this expression, and pack the worker with the library.
  const worker = new Worker(new URL('./hdf5Worker.js', import.meta.url), { type: 'module' })
  let listener: Hdf5Listener | undefined
  worker.addEventListener('message', ({ data }: MessageEvent<Hdf5Report>) => listener?.report(data))
  worker.addEventListener('error', ({ message }) => listener?.failure(message || 'it could not be loaded'))
  worker.addEventListener('messageerror', () => listener?.failure('a message could not be read'))
  return {
    post: (request, transfer) => worker.postMessage(request, [...transfer]),
    listen: (next) => {
      listener = next
    },
    keepAlive: () => {},
    terminate: async () => worker.terminate(),
  }
}
