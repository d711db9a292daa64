import type { FromWorker, ToWorker } from './messages.js'

/** A worker's side of its channel to the caller's thread, in Node and in browsers alike. */
export interface WorkerPort {
  post(message: FromWorker, transfer?: readonly ArrayBuffer[]): void
  onMessage(handler: (message: ToWorker) => void): void
}

/** The caller's side. */
export interface WorkerHandle {
  post(message: ToWorker, transfer?: readonly ArrayBuffer[]): void
  onMessage(handler: (message: FromWorker) => void): void
  /** Called when the worker dies, or throws outside a run. */
  onFailure(handler: (error: Error) => void): void
  /** Whether the worker keeps the process alive. A new one does not. */
  keepAlive(keep: boolean): void
  terminate(): Promise<void>
}
