import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { enableRelaxedSimd } from '../targets/wasm/enableRelaxedSimd.node.js'
import { NativeGate } from './nativeGate.node.js'
import type { Platform } from './platform.js'

/** Gates of the workers that run. */
const gates = new Set<NativeGate>()

/** However the process ends, by itself, by `process.exit` or by an error, it ends no worker inside its gate. */
function shutGates(): void {
  for (const gate of gates) gate.shutNow()
}

function newGate(): NativeGate {
  if (gates.size === 0) process.on('exit', shutGates)
  const gate = new NativeGate()
  gates.add(gate)
  return gate
}

function forget(gate: NativeGate): void {
  gates.delete(gate)
  if (gates.size === 0) process.off('exit', shutGates)
}

export const nodePlatform: Platform = {
  prepareEngine: enableRelaxedSimd,
  parallelism: availableParallelism(),
  async guardPages(memory, side) {
    const { pageGuards } = await import('./pageGuards.node.js')
    return pageGuards(memory, side)
  },
  startWorker() {
    const gate = newGate()
    const worker = new Worker(new URL('./worker.node.js', import.meta.url), {
      workerData: gate.memory,
      // Flags of the main script, such as --input-type, are none of the worker's.
      execArgv: [],
      // A worker makes a few small objects for each run. Left alone, V8 lets megabytes of them lie in each worker before it
      // collects, which looks like a leak.
      resourceLimits: { maxYoungGenerationSizeMb: 1 },
    })
    worker.once('exit', () => forget(gate))
    return {
      post: (message, transfer = []) => worker.postMessage(message, transfer),
      onMessage: (handler) => {
        worker.on('message', handler)
        // Only now: a listener for messages makes the worker keep the process alive, whatever was said before.
        worker.unref()
      },
      onFailure: (handler) => {
        worker.on('error', handler)
        worker.on('messageerror', handler)
        worker.on('exit', (code) => handler(new Error(`it exited with code ${code}`)))
      },
      keepAlive: (keep) => (keep ? worker.ref() : worker.unref()),
      terminate: async () => {
        worker.removeAllListeners()
        // What it complains of from now on, nobody waits for.
        worker.on('error', () => {})
        await gate.shut()
        await worker.terminate()
        forget(gate)
      },
    }
  },
}
