import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { NativeGate } from './nativeGate.node.js'

const workers: Worker[] = []
afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.terminate())))

/** Starts a worker that goes through its gate, with an array of steps that it tells of. */
function startWorker(gate: NativeGate, body: string): { readonly steps: Int32Array } {
  const steps = new Int32Array(new SharedArrayBuffer(8))
  const source = `
    const { workerData } = require('node:worker_threads')
    import(workerData.file).then(({ NativeGate }) => {
      const gate = new NativeGate(workerData.gate)
      const { steps } = workerData
      const tell = (step) => { Atomics.store(steps, step, 1); Atomics.notify(steps, step) }
      const rest = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
      ${body}
    })`
  const file = new URL('./nativeGate.node.js', import.meta.url).href
  workers.push(new Worker(source, { eval: true, workerData: { file, gate: gate.memory, steps } }))
  return { steps }
}

/** Fulfilled when a worker has told of its first step. */
async function begun(steps: Int32Array): Promise<void> {
  while (Atomics.load(steps, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 1))
}

describe('A gate', () => {
  const inside = 'gate.within(() => { tell(0); rest(200); tell(1) })'

  it('is shut when the worker is outside, whose owner is blocked until then', async () => {
    const gate = new NativeGate()
    const { steps } = startWorker(gate, inside)
    await begun(steps)
    // As in a process that ends: the worker must not need this thread.
    gate.shutNow()
    expect(steps[1]).toBe(1)
  })

  it('is shut so for an owner that is not blocked, too', async () => {
    const gate = new NativeGate()
    const { steps } = startWorker(gate, inside)
    await begun(steps)
    await gate.shut()
    expect(steps[1]).toBe(1)
  })

  it('lets nobody in once it is shut', async () => {
    const gate = new NativeGate()
    gate.shutNow()
    const { steps } = startWorker(gate, 'tell(0); gate.within(() => tell(1))')
    await begun(steps)
    expect(Atomics.wait(steps, 1, 0, 100)).toBe('timed-out')
  })

  it('is left when what is done inside fails', () => {
    const gate = new NativeGate()
    const fail = () => {
      throw new Error('no')
    }
    expect(() => gate.within(fail)).toThrow('no')
    expect(gate.within(() => 1)).toBe(1)
  })
})
