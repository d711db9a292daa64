import { InternalError } from '../errors.js'
import { AloneWorker } from './aloneWorker.js'
import type { NativeCode, StartShared, ToWorker } from './messages.js'
import { SharedWorker } from './sharedWorker.js'
import type { LinkedNative } from './workerCode.js'
import type { WorkerPort } from './workerPort.js'

/** Readies a worker to call machine code. */
export type LoadNative = (start: StartShared, native: NativeCode) => Promise<LinkedNative>

/** A worker's life: the first message says what it is, the others are work. */
export function serve(port: WorkerPort, loadNative?: LoadNative): void {
  let shared: SharedWorker | undefined
  let alone: AloneWorker | undefined
  /** Messages that came while the worker was getting ready. */
  let early: ToWorker[] | undefined

  const startNative = async (start: StartShared, native: NativeCode): Promise<void> => {
    if (!loadNative) throw new InternalError('This worker cannot call machine code.')
    early = []
    const worker = new SharedWorker(port, start, await loadNative(start, native))
    shared = worker
    const waiting = early
    early = undefined
    for (const message of waiting) handle(message)
    worker.work()
  }

  const handle = (message: ToWorker): void => {
    if (early) {
      early.push(message)
      return
    }
    switch (message.type) {
      case 'startShared':
        if (message.native) {
          // What goes wrong here ends the worker, and its caller hears of it.
          void startNative(message, message.native)
          return
        }
        shared = new SharedWorker(port, message)
        shared.work()
        return
      case 'startAlone':
        alone = new AloneWorker(port, message)
        return
      case 'code':
      case 'program':
      case 'release':
        if (shared) shared.handle(message)
        else alone?.handleCode(message)
        return
      default:
        if (!alone) throw new InternalError(`A worker with shared memory cannot ${message.type}.`)
        alone.handle(message)
    }
  }
  port.onMessage(handle)
}
