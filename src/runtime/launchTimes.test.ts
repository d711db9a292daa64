import { afterAll, describe, expect, it } from 'vitest'
import { Variable } from '../graph/variable.js'
import { compileHandMade, type HandMadeName, handMadeTrace } from '../testing/handMadePrograms.js'
import type { Backend } from './backend.js'
import { createWasmBackend } from './createWasmBackend.js'
import { createX64Backend, x64Status } from './createX64Backend.node.js'
import { Debug } from './debug.js'
import { DeviceExecutor } from './deviceExecutor.js'
import { launchOrder } from './launchTimes.js'
import type { TimedRun } from './run.js'

const debug = new Debug('')
const backends: Record<string, () => Promise<Backend | string | undefined>> = {
  wasm: () => createWasmBackend({ threads: 2, debug, timed: true }),
  ...((await x64Status()).available && { x64: () => createX64Backend({ threads: 2, debug, timed: true }) }),
}

it('launches are ordered as they run, those in repeats once for each iteration', () => {
  const launch = {
    type: 'launch',
    function: 'f',
    arguments: [],
    grid: 1,
    barrier: false,
    solo: false,
  } as const
  const twice = { type: 'repeat', count: 2, barrier: false, steps: [launch, launch] } as const
  const nested = { type: 'repeat', count: 2, barrier: false, steps: [twice, launch] } as const
  expect(launchOrder([launch, nested, launch])).toEqual([0, 1, 2, 1, 2, 3, 1, 2, 1, 2, 3, 4])
})

describe.each(Object.entries(backends))('times of launches on %s', (_, create) => {
  const open: DeviceExecutor[] = []
  afterAll(() => Promise.all(open.map((executor) => executor.close())))

  async function runs(program: HandMadeName, size: number, count: number): Promise<TimedRun[]> {
    const backend = await create()
    if (typeof backend !== 'object') throw new Error(backend)
    const timed: TimedRun[] = []
    const executor = new DeviceExecutor({
      backend,
      compile: compileHandMade,
      debug,
      onRun: (run) => timed.push(run),
    })
    open.push(executor)
    const step = await executor.compile(
      handMadeTrace(program, size, new Variable(new Float32Array(size), [size])),
    )
    await Promise.all(Array.from({ length: count }, () => step.run([new Float32Array(size)])))
    return timed
  }

  it('lie within their run, in order, and runs are done one after another', async () => {
    const timed = await runs('rotate', 1000, 3)
    expect(timed.length).toBe(3)
    let last = 0
    for (const { begin, end, launches } of timed) {
      expect(begin).toBeGreaterThanOrEqual(last)
      last = end
      // One launch and 40 in turns, and two at the end. A thread may come too late for some of them.
      const all = Array.from({ length: 43 }, (_, i) => i)
      expect([...new Set(launches.map((time) => time.launch))].sort((a, b) => a - b)).toEqual(all)
      for (const thread of [0, 1]) {
        // Clocks of threads agree to some microseconds.
        const own = launches.filter((time) => time.thread === thread)
        expect(own.map((time) => time.launch)).toEqual(
          all.filter((i) => own.some((time) => time.launch === i)),
        )
        own.forEach((time, i) => {
          expect(time.end).toBeGreaterThanOrEqual(time.begin)
          expect(time.begin).toBeGreaterThan((i > 0 ? own[i - 1].end : begin) - 0.1)
          expect(time.end).toBeLessThan(end + 0.1)
        })
      }
    }
  })

  it('count each iteration of a repeat, and no thread without a share', async () => {
    const [repeated] = await runs('repeat', 8, 1)
    expect(repeated.launches.length).toBeGreaterThanOrEqual(2)
    expect(repeated.launches.length).toBeLessThanOrEqual(4)
    // Grids of one item: only one of the threads can have it.
    const [single] = await runs('accumulate', 1, 1)
    expect(single.launches.map(({ launch }) => launch).sort()).toEqual([0, 1])
  })
})
