import { afterAll, describe, expect, it } from 'vitest'
import { InternalError, StateError } from '../errors.js'
import { constant } from '../graph/node.js'
import { Variable } from '../graph/variable.js'
import {
  compileHandMade,
  type HandMadeName,
  handMadeTensor,
  handMadeTrace,
} from '../testing/handMadePrograms.js'
import type { Backend } from './backend.js'
import { createWasmBackend } from './createWasmBackend.js'
import { createX64Backend, x64Status } from './createX64Backend.node.js'
import { Debug } from './debug.js'
import { DeviceExecutor } from './deviceExecutor.js'
import { InterpreterBackend } from './interpreterBackend.js'

const debug = new Debug('')

async function wasm(threads: number, shared = true): Promise<Backend> {
  const backend = await createWasmBackend({ threads, debug, shared })
  if (!backend) throw new Error('These tests need WebAssembly SIMD.')
  return backend
}

async function x64(threads: number): Promise<Backend> {
  const backend = await createX64Backend({ threads, debug })
  if (typeof backend === 'string') throw new Error(backend)
  return backend
}

const withX64 = (await x64Status()).available

const backends: Record<string, () => Promise<Backend>> = {
  interpreter: async () => new InterpreterBackend(),
  'wasm on 1 thread': () => wasm(1),
  'wasm on 2 threads': () => wasm(2),
  'wasm on 3 threads': () => wasm(3),
  'wasm on a worker with its own memory': () => wasm(1, false),
  ...(withX64 && { 'x64 on 1 thread': () => x64(1), 'x64 on 3 threads': () => x64(3) }),
}

const open: DeviceExecutor[] = []
async function newExecutor(make: () => Promise<Backend>): Promise<DeviceExecutor> {
  const executor = new DeviceExecutor({ backend: await make(), compile: compileHandMade, debug })
  open.push(executor)
  return executor
}
afterAll(() => Promise.all(open.map((executor) => executor.close())))

const range = (size: number, factor = 1) => Float32Array.from({ length: size }, (_, i) => factor * i)

describe.each(Object.entries(backends))('DeviceExecutor with %s', (name, make) => {
  it('lets results be looked at where they lie, until others take their place', async () => {
    const executor = await newExecutor(make)
    const sum = new Variable(range(5), [5])
    const step = await executor.compile(handMadeTrace('accumulate', 5, sum))
    const copies = await step.run([range(5)])
    const seen = await step.runInPlace([range(5)], (results) => ({
      results,
      copies: results.map((each) => each.slice()),
    }))
    expect(seen.copies).toEqual([range(5, 6)])
    expect(copies).toEqual([range(5, 4)])
    // A worker with memory of its own sends copies, the only ones that there are.
    const isShared = name !== 'wasm on a worker with its own memory'
    expect(seen.results[0].buffer.byteLength > 4 * 5).toBe(isShared)
    const failure = step.runInPlace([range(5)], () => {
      throw new Error('not what was expected')
    })
    await expect(failure).rejects.toThrow('not what was expected')
    expect(await step.run([range(5)])).toEqual([range(5, 10)])
  })

  it('runs in order, changes variables in place and counts versions', async () => {
    const executor = await newExecutor(make)
    const sum = new Variable(new Float32Array(5), [5])
    const step = await executor.compile(handMadeTrace('accumulate', 5, sum))
    const x = new Float32Array(5)
    // More than fit in the workers' ring, and the input is used again at once.
    const runs = Array.from({ length: 11 }, (_, i) => {
      x.fill(i)
      return step.run([x])
    })
    expect(sum.version).toBe(11)
    expect(sum.host).toBeUndefined()
    const results = await Promise.all(runs)
    expect(results.map(([result]) => result[4])).toEqual([0, 2, 6, 12, 20, 30, 42, 56, 72, 90, 110])
    expect(await executor.readVariable(sum)).toEqual(new Float32Array(5).fill(55))
    expect(executor.statistics.runs).toBe(11)
  })

  it('has first values written where it wants them, and anew for whoever asks before they change', async () => {
    const executor = await newExecutor(make)
    const targets: number[] = []
    const variable = new Variable(
      (target) => {
        targets.push(target.buffer.byteLength)
        target.set(range(5))
      },
      [5],
    )
    const step = await executor.compile(handMadeTrace('accumulate', 5, variable))
    expect(targets).toEqual([])
    const [result] = await step.run([new Float32Array(5)])
    expect(result).toEqual(range(5, 2))
    // A worker with memory of its own is sent an array.
    const isShared = name !== 'wasm on a worker with its own memory'
    expect(targets.map((bytes) => bytes > 4 * 5)).toEqual([isShared])
    expect(variable.host).toBeUndefined()
    expect(await variable.data()).toEqual(range(5))
    const another = new Variable((target) => target.fill(7), [2])
    expect(await another.data()).toEqual(Float32Array.of(7, 7))
    another.write([1, 2])
    expect(await another.data()).toEqual(Float32Array.of(1, 2))
  })

  it('keeps nothing of a run whose variable has first values that fail', async () => {
    const executor = await newExecutor(make)
    const failing = new Variable(() => {
      throw new Error('no values today')
    }, [200])
    const step = await executor.compile(handMadeTrace('accumulate', 200, failing))
    const used = executor.statistics.usedBytes
    for (let i = 0; i < 3; i++) await expect(step.run([range(200)])).rejects.toThrow('no values today')
    // The scratch memory, which all runs share, is there by now.
    const kept = executor.statistics.usedBytes - used
    await expect(step.run([range(200)])).rejects.toThrow('no values today')
    expect(executor.statistics.usedBytes - used).toBe(kept)
    expect(failing.version).toBe(0)
  })

  it('reads a variable as of the runs queued before', async () => {
    const executor = await newExecutor(make)
    const sum = new Variable([1], [1])
    const step = await executor.compile(handMadeTrace('accumulate', 1, sum))
    const reads = [1, 2, 3].map((value) => {
      void step.run([Float32Array.of(value)])
      return executor.readVariable(sum)
    })
    expect((await Promise.all(reads)).map(([value]) => value)).toEqual([2, 4, 7])
  })

  it('takes a write into account from the next run on', async () => {
    const executor = await newExecutor(make)
    const sum = new Variable([1], [1])
    const step = await executor.compile(handMadeTrace('accumulate', 1, sum))
    const before = step.run([Float32Array.of(1)])
    sum.write([100])
    expect(await executor.readVariable(sum)).toEqual(Float32Array.of(100))
    const after = step.run([Float32Array.of(1)])
    expect((await before)[0][0]).toBe(4)
    expect((await after)[0][0]).toBe(202)
    const used = executor.statistics.usedBytes
    for (let i = 0; i < 10; i++) {
      sum.write([i])
      expect((await step.run([Float32Array.of(1)]))[0][0]).toBe(2 * (i + 1))
    }
    expect(executor.statistics.usedBytes).toBe(used)
  })

  it('evaluates tensors of constants and variables, and compiles one structure once', async () => {
    const executor = await newExecutor(make)
    const weight = new Variable(range(3), [3])
    const tensor = (value: number) =>
      handMadeTensor('add', [weight.value(), constant(new Float32Array(3).fill(value), [3], 'float32')])
    const used = executor.statistics.usedBytes
    for (const value of [1, 2, 3]) {
      expect(await executor.evaluate([tensor(value)])).toEqual([Float32Array.of(value, value + 1, value + 2)])
    }
    expect(executor.statistics.programsCompiled).toBe(1)
    expect(executor.statistics.functionsCompiled).toBe(1)
    // What stays is the variable (3 floats take 64 + 64 bytes) and the arena.
    expect(executor.statistics.usedBytes - used).toBe(256)
  })

  it('refuses a tensor of a variable that has changed since', async () => {
    const executor = await newExecutor(make)
    const weight = new Variable([1, 2], [2], { name: 'dense/kernel' })
    const tensor = handMadeTensor('add', [weight.value()])
    weight.write([3, 4])
    await expect(executor.evaluate([tensor])).rejects.toThrow(StateError)
    await expect(executor.evaluate([tensor])).rejects.toThrow(/dense\/kernel/)
    expect(await executor.evaluate([handMadeTensor('add', [weight.value()])])).toEqual([
      Float32Array.of(6, 8),
    ])
  })

  it('shares functions between programs', async () => {
    const executor = await newExecutor(make)
    const variable = new Variable(new Float32Array(6), [6])
    await executor.compile(handMadeTrace('accumulate', 6, variable))
    await executor.compile(handMadeTrace('add', 6, variable))
    expect(executor.statistics).toMatchObject({ programsCompiled: 2, functionsCompiled: 1 })
    await executor.compile(handMadeTrace('add', 7))
    expect(executor.statistics).toMatchObject({ programsCompiled: 3, functionsCompiled: 2 })
  })

  it('computes the same on any number of threads, through barriers and repeats', async () => {
    const executor = await newExecutor(make)
    const size = 1000
    const variable = new Variable(range(size, 0.01), [size])
    const rotate = await executor.compile(handMadeTrace('rotate', size, variable))
    const expected = await (await newExecutor(backends.interpreter)).compile(
      handMadeTrace('rotate', size, new Variable(range(size, 0.01), [size])),
    )
    for (let i = 0; i < 3; i++) {
      expect(await rotate.run([range(size, 0.1)])).toEqual(await expected.run([range(size, 0.1)]))
    }
    const rows = new Variable(range(24), [24])
    const repeat = await executor.compile(handMadeTrace('repeat', 24, rows))
    expect(await repeat.run([range(24, 2)])).toEqual([range(24, 3)])
  })

  // Machine code that reads where nothing is ends the process: it has no traps that JavaScript could catch.
  const traps = !name.startsWith('x64')
  it.runIf(traps)('reports a failure with the function to the run that failed, and works on', async () => {
    const executor = await newExecutor(make)
    const size = 50
    const fail = await executor.compile(handMadeTrace('fail', size))
    const add = await executor.compile(handMadeTrace('add', size))
    for (let round = 0; round < 3; round++) {
      const runs = [add.run([range(size)]), fail.run([range(size)]), add.run([range(size)])]
      const [first, failed, last] = await Promise.allSettled(runs)
      expect(first).toMatchObject({ status: 'fulfilled', value: [range(size, 2)] })
      expect(last).toMatchObject({ status: 'fulfilled', value: [range(size, 2)] })
      expect(failed.status).toBe('rejected')
      const reason = failed.status === 'rejected' ? failed.reason : undefined
      expect(reason).toBeInstanceOf(InternalError)
      expect(reason.message).toMatch(/fail50 failed on thread/)
    }
  })

  it('starts again after close, with variables and programs as they were', async () => {
    const executor = await newExecutor(make)
    const sum = new Variable([1], [1])
    const step = await executor.compile(handMadeTrace('accumulate', 1, sum))
    const run = step.run([Float32Array.of(1)])
    await executor.close()
    expect((await run)[0][0]).toBe(4)
    expect((await step.run([Float32Array.of(1)]))[0][0]).toBe(6)
    await executor.close()
    expect(await executor.readVariable(sum)).toEqual(Float32Array.of(3))
    expect(executor.statistics.programsCompiled).toBe(1)
  })

  it('brings variables from another executor', async () => {
    const from = await newExecutor(make)
    const sum = new Variable([1], [1])
    const step = await from.compile(handMadeTrace('accumulate', 1, sum))
    await step.run([Float32Array.of(1)])
    void step.run([Float32Array.of(1)])
    for (const makeNext of Object.values(backends)) {
      const before = (await from.readVariable(sum))[0]
      const to = await newExecutor(makeNext)
      const next = await to.compile(handMadeTrace('accumulate', 1, sum))
      const runs = [1, 2].map((value) => next.run([Float32Array.of(value)]))
      expect((await Promise.all(runs)).map(([value]) => value[0])).toEqual([
        2 * (before + 1),
        2 * (before + 3),
      ])
      expect((await step.run([Float32Array.of(1)]))[0][0]).toBe(2 * (before + 4))
    }
  })

  it('grows memory while runs are under way', async () => {
    const executor = await newExecutor(make)
    const sum = new Variable([1], [1])
    const step = await executor.compile(handMadeTrace('accumulate', 1, sum))
    for (const size of [1_000, 10_000, 100_000]) {
      const runs = [1, 2, 3].map(() => step.run([Float32Array.of(1)]))
      const large = new Variable(range(size), [size])
      const [doubled] = await executor.evaluate([handMadeTensor('add', [large.value()])])
      expect(doubled).toEqual(range(size, 2))
      await Promise.all(runs)
    }
    expect(await executor.readVariable(sum)).toEqual(Float32Array.of(10))
  })

  it('refuses inputs of another kind or size', async () => {
    const executor = await newExecutor(make)
    const add = await executor.compile(handMadeTrace('add', 2))
    await expect(add.run([])).rejects.toThrow('takes 1 inputs, and received 0')
    await expect(add.run([new Float32Array(3)])).rejects.toThrow('Float32Array of 2 elements')
    await expect(add.run([new Int32Array(2)])).rejects.toThrow('received Int32Array of 2')
    expect(await add.run([Float32Array.of(1, 2)])).toEqual([Float32Array.of(2, 4)])
  })

  it('shows what was compiled', async () => {
    const executor = await newExecutor(make)
    const add = await executor.compile(handMadeTrace('add', 2))
    expect(add.report).toContain('add2')
    expect(add.report).toContain('scalar: a test')
    expect(add.arenaBytes).toBe(8)
  })
})

describe('The program cache', () => {
  it('lets go of programs that nobody uses when they take too much', async () => {
    const backend = await wasm(2)
    const executor = new DeviceExecutor({ backend, compile: compileHandMade, debug, programCacheBytes: 2000 })
    open.push(executor)
    const run = async (program: HandMadeName, size: number) =>
      executor.evaluate([handMadeTensor(program, [constant(range(size), [size], 'float32')])])
    const held = await executor.compile(handMadeTrace('add', 100))
    for (let size = 1; size <= 20; size++) expect(await run('add', size)).toEqual([range(size, 2)])
    expect(executor.statistics.programsCompiled).toBe(21)
    await run('add', 20)
    expect(executor.statistics.programsCompiled).toBe(21)
    await run('add', 1)
    expect(executor.statistics.programsCompiled).toBe(22)
    expect(await held.run([range(100)])).toEqual([range(100, 2)])
  })
})
