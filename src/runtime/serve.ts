import { InternalError } from '../errors.js'
import { AloneWorker } from './aloneWorker.js'
import { SharedWorker } from './sharedWorker.js'
import type { WorkerPort } from './workerPort.js'

/** A worker's life: the first message says what it is, the others are work. */
export function serve(port: WorkerPort): void {
  let shared: SharedWorker | undefined
  let alone: AloneWorker | undefined
  port.onMessage((message) => {
    switch (message.type) {
      case 'startShared':
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
  })
}
