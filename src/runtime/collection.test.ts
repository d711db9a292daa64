import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { constant } from '../graph/node.js'
import { Variable } from '../graph/variable.js'
import { compileHandMade, handMadeTensor, handMadeTrace } from '../testing/handMadePrograms.js'
import { Debug } from './debug.js'
import { DeviceExecutor } from './deviceExecutor.js'
import { InterpreterBackend } from './interpreterBackend.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const newExecutor = () =>
  new DeviceExecutor({ backend: new InterpreterBackend(), compile: compileHandMade, debug: new Debug('') })

/** Bytes in use once what can be collected is. */
const usedAfterCollection = (executor: DeviceExecutor) => () => {
  collectGarbage()
  return executor.statistics.usedBytes
}

describe('Garbage collection', () => {
  it('frees the storage of variables', async () => {
    const executor = newExecutor()
    const kept = new Variable(new Float32Array(1000), [1000])
    await executor.evaluate([handMadeTensor('add', [kept.value()])])
    const before = executor.statistics.usedBytes
    const use = async () => {
      const variables = Array.from({ length: 5 }, () => new Variable(new Float32Array(1000), [1000]))
      for (const variable of variables) await executor.evaluate([handMadeTensor('add', [variable.value()])])
    }
    await use()
    expect(executor.statistics.usedBytes).toBeGreaterThan(before + 20_000)
    await expect.poll(usedAfterCollection(executor), { timeout: 10_000 }).toBe(before)
    expect((await executor.readVariable(kept)).length).toBe(1000)
  })

  it('frees the constants of executables', async () => {
    const executor = newExecutor()
    await executor.compile(handMadeTrace('add', 3))
    await expect.poll(usedAfterCollection(executor), { timeout: 10_000 }).toBe(0)
    const use = async () => {
      const trace = handMadeTrace('add', 1000)
      const data = constant(new Float32Array(1000).fill(2), [1000], 'float32')
      const [x] = trace.graph.parameters
      const graph = { parameters: [x], results: [handMadeTensor('add', [x, data])] }
      const step = await executor.compile({
        ...trace,
        graph: Object.assign(Object.create(trace.graph), graph),
      })
      expect((await step.run([new Float32Array(1000).fill(1)]))[0][999]).toBe(3)
    }
    await use()
    expect(executor.statistics.usedBytes).toBeGreaterThan(4000)
    // The arena stays.
    await expect.poll(usedAfterCollection(executor), { timeout: 10_000 }).toBe(4096)
  })

  it('frees what a Program was compiled from, once its code is loaded', async () => {
    const backend = Object.assign(new InterpreterBackend(), {
      load: () => ({ ready: Promise.resolve(), bytes: 0, run: async () => {}, release() {} }),
    })
    const sources: WeakRef<object>[] = []
    const executor = new DeviceExecutor({
      backend,
      debug: new Debug(''),
      compile(canonical, traits) {
        const program = compileHandMade(canonical, traits)
        sources.push(new WeakRef(program.functions), new WeakRef(program.steps))
        return program
      },
    })
    const step = await executor.compile(handMadeTrace('add', 3))
    const left = () => {
      collectGarbage()
      return sources.filter((source) => source.deref()).length
    }
    await expect.poll(left, { timeout: 10_000 }).toBe(0)
    await step.run([new Float32Array(3)])
    expect(sources.length).toBe(2)
  })
})
