import { afterAll, describe, expect, it, vi } from 'vitest'
import { compile } from '../compiler/compile.js'
import { trace } from '../graph/trace.js'
import { Variable } from '../graph/variable.js'
import { add, matmul, multiply } from '../ops/index.js'
import type { Backend, LoadedProgram } from './backend.js'
import { createWasmBackend } from './createWasmBackend.js'
import { createX64Backend, x64Status } from './createX64Backend.node.js'
import { Debug } from './debug.js'
import { DeviceExecutor } from './deviceExecutor.js'
import { InterpreterBackend } from './interpreterBackend.js'

const debug = new Debug('')

const backends: Record<string, () => Promise<Backend | string | undefined>> = {
  interpreter: async () => new InterpreterBackend(),
  wasm: () => createWasmBackend({ threads: 2, debug }),
  'wasm on a worker with its own memory': () => createWasmBackend({ threads: 1, debug, shared: false }),
  ...((await x64Status()).available && { x64: () => createX64Backend({ threads: 2, debug }) }),
}

const open: DeviceExecutor[] = []
afterAll(() => Promise.all(open.map((executor) => executor.close())))

/** An executor, and how often Programs of it were prepared, by workers or on this thread. */
async function newExecutor(make: () => Promise<Backend | string | undefined>) {
  const backend = await make()
  if (typeof backend !== 'object') throw new Error(backend)
  const prepared = vi.fn()
  const load = backend.load.bind(backend)
  backend.load = (program): LoadedProgram => {
    const loaded = load(program)
    const { here } = loaded
    return {
      ...loaded,
      run: (bases) => loaded.run(bases),
      release: () => loaded.release(),
      prepare(bases) {
        prepared()
        return loaded.prepare(bases)
      },
      here: here && {
        run: here.run,
        prepare(bases) {
          prepared()
          here.prepare(bases)
        },
      },
    }
  }
  const executor = new DeviceExecutor({ backend, compile, debug })
  open.push(executor)
  return { executor, prepared }
}

const [rows, depth] = [24, 96]
const x = Float32Array.from({ length: rows * depth }, (_, i) => (i % 5) - 2)
const valuesOf = (factor: number) =>
  Float32Array.from({ length: depth * depth }, (_, i) => factor * ((i % 7) - 3))
const product = (weights: Variable) =>
  trace([{ name: 'x', shape: [rows, depth], dtype: 'float32' }], (input) => [matmul(input, weights.value())])

/** In exact numbers. */
function expected(weights: Float32Array): Float32Array {
  const result = new Float32Array(rows * depth)
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < depth; k++)
      for (let column = 0; column < depth; column++)
        result[row * depth + column] += x[row * depth + k] * weights[k * depth + column]
  return result
}

describe.each(Object.entries(backends))('What runs find prepared on %s', (_, make) => {
  it('follows from the newest weights, whoever changed them', async () => {
    const { executor, prepared } = await newExecutor(make)
    const weights = new Variable(valuesOf(1), [depth, depth])
    const predict = await executor.compile(product(weights))
    for (let i = 0; i < 3; i++) expect((await predict.run([x]))[0]).toEqual(expected(valuesOf(1)))
    expect(prepared).toHaveBeenCalledTimes(1)

    weights.write(valuesOf(2))
    for (let i = 0; i < 2; i++) expect((await predict.run([x]))[0]).toEqual(expected(valuesOf(2)))
    expect(prepared).toHaveBeenCalledTimes(2)

    const train = await executor.compile(
      trace([], () => {
        weights.assign(add(multiply(weights.value(), 2), 0))
        return []
      }),
    )
    // Nobody waits for anything.
    const results = [1, 2, 3].map(() => {
      void train.run([])
      return [predict.run([x]), predict.run([x])]
    })
    const factors = [4, 4, 8, 8, 16, 16]
    for (const [i, [result]] of (await Promise.all(results.flat())).entries()) {
      expect(result).toEqual(expected(valuesOf(factors[i])))
    }
    expect(prepared).toHaveBeenCalledTimes(5)
  })

  it("is each executable's own, and none where it is not wanted", async () => {
    const { executor, prepared } = await newExecutor(make)
    const [one, other] = [1, 3].map((factor) => new Variable(valuesOf(factor), [depth, depth]))
    const predictOne = await executor.compile(product(one))
    const predictOther = await executor.compile(product(other))
    expect(executor.statistics.programsCompiled).toBe(1)
    for (let i = 0; i < 2; i++) {
      expect((await predictOne.run([x]))[0]).toEqual(expected(valuesOf(1)))
      expect((await predictOther.run([x]))[0]).toEqual(expected(valuesOf(3)))
    }
    expect(prepared).toHaveBeenCalledTimes(2)
    const once = await executor.compile(product(one), { prepares: false })
    expect((await once.run([x]))[0]).toEqual(expected(valuesOf(1)))
    expect(prepared).toHaveBeenCalledTimes(2)
    expect(executor.statistics.programsCompiled).toBe(2)
  })

  it('is made once more after it failed', async () => {
    const { executor, prepared } = await newExecutor(make)
    const weights = new Variable(valuesOf(1), [depth, depth])
    const predict = await executor.compile(product(weights))
    prepared.mockImplementationOnce(() => {
      throw new Error('lost')
    })
    await expect(predict.run([x])).rejects.toThrow('lost')
    expect((await predict.run([x]))[0]).toEqual(expected(valuesOf(1)))
    expect(prepared).toHaveBeenCalledTimes(2)
  })
})
