/** Entry point of workers in Node. */
import { parentPort, workerData } from 'node:worker_threads'
import { InternalError } from '../errors.js'
import { loadNative } from './loadNative.node.js'
import { NativeGate } from './nativeGate.node.js'
import { serve } from './serve.js'

if (!parentPort) throw new InternalError('worker.node.js is not a program: it is started as a worker.')
const port = parentPort
const gate = new NativeGate(workerData as SharedArrayBuffer)

serve(
  {
    post: (message, transfer = []) => port.postMessage(message, transfer),
    onMessage: (handler) => void port.on('message', handler),
  },
  ({ memory, thread }, native) => loadNative(memory, native, thread, gate),
)
