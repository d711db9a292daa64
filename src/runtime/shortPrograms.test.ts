import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { compile } from '../compiler/compile.js'
import type { LaunchReport, Program, Step } from '../compiler/program.js'
import type { TypedArray } from '../graph/dtype.js'
import { trace } from '../graph/trace.js'
import { Variable } from '../graph/variable.js'
import { add, matmul, multiply, reshape, sum, tensor } from '../ops/index.js'
import type { Backend } from './backend.js'
import { createWasmBackend } from './createWasmBackend.js'
import { createX64Backend, x64Status } from './createX64Backend.node.js'
import { Crew } from './crew.js'
import { Debug } from './debug.js'
import { DeviceExecutor } from './deviceExecutor.js'
import { nodePlatform } from './platform.node.js'
import { isShort } from './shortPrograms.js'

const debug = new Debug('')

describe('A Program is short', () => {
  const launch: Step = { type: 'launch', function: 'f', arguments: [], grid: 1, barrier: false, solo: false }
  const report = (flops: number, bytes: number): LaunchReport => ({
    ...{ function: 'f', ops: 'add', algorithm: '', grid: 1, lanes: 'vector' },
    flops,
    bytes,
  })
  const program = (launches: readonly LaunchReport[], steps: readonly Step[] = launches.map(() => launch)) =>
    ({ steps, report: { launches, arenaBytes: 0 }, assigned: [] }) as unknown as Program

  it('by its operations, bytes and launches', () => {
    expect(isShort(program([report(60e6, 3e6)]), 16)).toBe(true)
    expect(isShort(program([report(60e6, 3e6)]), 4)).toBe(false)
    expect(isShort(program([report(150e6, 0)]), 16)).toBe(false)
    expect(isShort(program([report(0, 36e6)]), 16)).toBe(false)
    expect(isShort(program([{ ...report(60e6, 3e6), lanes: { scalar: 'gathered' } }]), 16)).toBe(false)
  })

  it('only if it is shorter by far, where it assigns variables', () => {
    const training = (flops: number): Program => ({ ...program([report(flops, 0)]), assigned: [0] })
    expect(isShort(training(30e6), 16)).toBe(true)
    expect(isShort(training(60e6), 16)).toBe(false)
  })

  it('with all iterations of its repeats', () => {
    const repeat = (count: number): Step => ({ type: 'repeat', count, barrier: false, steps: [launch] })
    expect(isShort(program([report(1e5, 0)], [repeat(10)]), 16)).toBe(true)
    expect(isShort(program([report(1e5, 0)], [repeat(2000)]), 16)).toBe(false)
  })

  it('only if its report says all that it does', () => {
    expect(isShort(program([report(1, 1)], [launch, launch]), 16)).toBe(false)
  })
})

const backends: Record<string, () => Promise<Backend | string | undefined>> = {
  wasm: () => createWasmBackend({ threads: 2, debug }),
  ...((await x64Status()).available && { x64: () => createX64Backend({ threads: 2, debug }) }),
}

describe.each(Object.entries(backends))('Short Programs on %s', (_, create) => {
  const open: DeviceExecutor[] = []
  afterEach(() => vi.restoreAllMocks())
  afterAll(() => Promise.all(open.map((executor) => executor.close())))

  async function newExecutor(): Promise<DeviceExecutor> {
    const backend = await create()
    if (typeof backend !== 'object') throw new Error(backend)
    const executor = new DeviceExecutor({ backend, compile, debug })
    open.push(executor)
    return executor
  }

  it('start no workers; others do', async () => {
    const started = vi.spyOn(nodePlatform, 'startWorker')
    const executor = await newExecutor()
    const [result] = await executor.evaluate([add(tensor([1, 2, 3]), 1)])
    expect([...result]).toEqual([2, 3, 4])
    expect(started).not.toHaveBeenCalled()
    const large = reshape(tensor(new Float32Array(600 * 600).fill(1)), [600, 600])
    const [total] = await executor.evaluate([sum(matmul(large, large))])
    expect(total[0]).toBe(600 ** 3)
    expect(started).toHaveBeenCalledTimes(2)
  })

  it('are done in turn with others that change the same variable', async () => {
    const executor = await newExecutor()
    const size = 400_000
    const numbers = new Variable(new Float32Array(size).fill(1), [size])
    const scale = new Variable([1], [1])
    const short = await executor.compile(
      trace([], () => {
        scale.assign(add(multiply(scale.value(), 2), 1))
        return [scale.value()]
      }),
    )
    const long = await executor.compile(
      trace([], () => {
        const [next, total] = [add(numbers.value(), scale.value()), sum(numbers.value())]
        numbers.assign(next)
        scale.assign(add(scale.value(), 1))
        return [total]
      }),
    )
    const results: Promise<TypedArray[]>[] = []
    const expected: number[] = []
    let [number, factor] = [1, 1]
    for (let i = 0; i < 12; i++) {
      results.push(short.run([]))
      factor = 2 * factor + 1
      expected.push(factor)
      if (i % 3 === 2) {
        results.push(long.run([]))
        expected.push(number * size)
        number += factor
        factor += 1
      }
      if (i % 4 === 3) await Promise.all(results)
    }
    const received = (await Promise.all(results)).map(([[value]]) => value)
    received.forEach((value, i) => {
      expect(value / expected[i]).toBeCloseTo(1, 5)
    })
  })

  it('are helped by workers while they follow each other at once, and compute the same', async () => {
    const begins = vi.spyOn(Crew.prototype, 'begin')
    const executor = await newExecutor()
    const values = (size: number) => Float32Array.from({ length: size }, (_, i) => ((i * 7) % 11) - 5.3)
    const weights = new Variable(values(400 * 300), [400, 300])
    const short = await executor.compile(
      trace([{ name: 'x', shape: [4, 400], dtype: 'float32' }], (x) => [matmul(x, weights.value())]),
    )
    const x = values(1600)
    const [first] = await short.run([x])
    const end = performance.now() + 20_000
    const results: TypedArray[] = []
    // Workers are asked for after many runs, and take a while to come.
    while (results.length < 200 && performance.now() < end) {
      const [result] = await short.run([x])
      if (begins.mock.results.at(-1)?.value === true) results.push(result)
      begins.mockClear()
    }
    expect(results.length).toBeGreaterThanOrEqual(200)
    for (const result of results) expect(result).toEqual(first)
  })

  it('let timers come, however many follow each other', async () => {
    const executor = await newExecutor()
    const counter = new Variable([0], [1])
    const step = await executor.compile(
      trace([], () => {
        counter.assign(add(counter.value(), 1))
        return [counter.value()]
      }),
    )
    const begin = performance.now()
    let [ticks, runs] = [0, 0]
    const timer = setInterval(() => ticks++, 1)
    while (ticks < 3 && performance.now() - begin < 10_000) {
      await step.run([])
      runs++
    }
    clearInterval(timer)
    expect(ticks).toBeGreaterThanOrEqual(3)
    expect((await executor.readVariable(counter))[0]).toBe(runs)
  })
})
