import { Worker } from 'node:worker_threads'
import type { Hdf5Listener, Hdf5Worker } from './startWorker.js'

export function startInNode(): Hdf5Worker {
  const worker = new Worker(new URL('./hdf5Worker.node.js', import.meta.url), {
    // Flags of the main script, such as --input-type, are none of the worker's.
    execArgv: [],
    // Before it aborts the library complains to the console too; here it is heard of once, as an error.
    stderr: true,
  })
  let listener: Hdf5Listener | undefined
  worker.on('message', (report) => listener?.report(report))
  worker.on('error', ({ message }) => listener?.failure(message))
  worker.on('messageerror', ({ message }) => listener?.failure(message))
  worker.on('exit', (code) => listener?.failure(`it exited with code ${code}`))
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    listen: (next) => {
      listener = next
    },
    keepAlive: (keep) => (keep ? worker.ref() : worker.unref()),
    terminate: async () => {
      await worker.terminate()
    },
  }
}
