import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { LoopBuilder } from '../loops/builder.js'
import type { Value } from '../loops/ir.js'
import { callerCode } from '../targets/x64/callerCode.js'
import { compileFunction } from '../targets/x64/compileFunction.js'
import { helperCode } from '../targets/x64/helperCode.js'
import { nativeRunner } from '../testing/nativeRunner.js'
import { controlWords, word } from './control.js'
import { crewListBytes, looksWord } from './crewList.js'
import { ListCrew } from './listCrew.js'
import { linkNative } from './loadNative.node.js'
import { NativeGate } from './nativeGate.node.js'
import type { Calls, LeftCalls } from './preparedProgram.js'

const native = await nativeRunner()
const reason = typeof native === 'string' ? native : undefined

/** Helps until it is told to stop. */
const helperSource = `
  import { workerData } from 'node:worker_threads'
  const { loadNative, NativeGate, Helper } = await import(workerData.module)
  const { memory, code, control, thread, done, gate } = workerData
  const { help } = await loadNative(memory, code, thread, new NativeGate(gate))
  const helper = new Helper(new Int32Array(control), () => { help(); return true })
  const state = new Int32Array(done)
  Atomics.add(state, 1, 1)
  while (Atomics.load(state, 0) === 0) helper.help()
`

/** What a test works with: a crew, and a function that adds 1 to each item of its part of a grid, so many times. */
interface Setting {
  readonly crew: ListCrew
  readonly list: Int32Array
  readonly control: Int32Array
  readonly items: Int32Array
  readonly add: Calls
  readonly left: LeftCalls
}

const grid = 40
/** Some microseconds for a grid, in which helpers come in time. */
const times = 64

/** With `helpers` workers that help. */
async function withCrew(helpers: number, use: (setting: Setting) => void | Promise<void>): Promise<void> {
  if (typeof native === 'string') throw new Error(native)
  const { memory: codeMemory } = native
  const threads = helpers + 1
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const l = new LoopBuilder('add', 8)
  const items = l.pointer('items', 'readwrite')
  l.for(l.begin, l.end, 1, (i) => {
    const at = l.advance(items, i, 4)
    l.for(0, times, 1, () => l.store('i32', at, l.add(l.load('i32', at), l.int(1)) as Value<'i32'>))
  })
  const place = (bytes: Uint8Array) => codeMemory.place(bytes)
  const addresses = [callerCode(codeMemory.convention), helperCode(codeMemory.convention)].map(place)
  const fn = place(compileFunction(l.finish(), codeMemory.convention).code)
  const [caller, helper] = addresses
  const code = { caller, helper, crewList: new SharedArrayBuffer(crewListBytes(threads)) }
  const control = new SharedArrayBuffer(4 * controlWords(threads))
  const done = new SharedArrayBuffer(8)
  const state = new Int32Array(done)
  const { link, ...left } = linkNative(memory, code, codeMemory, { threads })
  const url = new URL(`data:text/javascript,${encodeURIComponent(helperSource)}`)
  const module = new URL('../testing/listHelper.js', import.meta.url).href
  const workers = Array.from({ length: helpers }, (_, i) => {
    const gate = new NativeGate().memory
    return new Worker(url, { workerData: { module, memory, code, control, thread: i + 1, done, gate } })
  })
  try {
    while (Atomics.load(state, 1) < helpers) await new Promise((resolve) => setTimeout(resolve, 5))
    const list = new Int32Array(code.crewList)
    const words = new Int32Array(control)
    const crew = new ListCrew(words, threads, list)
    await use({ crew, list, control: words, items: new Int32Array(memory.buffer), add: link(fn), left })
  } finally {
    Atomics.store(state, 0, 1)
    await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve))))
    for (const address of [...addresses, fn]) codeMemory.remove(address)
  }
}

describe.skipIf(reason !== undefined)(
  `A crew in machine code ${reason ? `(skipped: ${reason})` : ''}`,
  () => {
    it.each([1, 3])('computes each item of each launch once, in order, with %i helpers', async (helpers) => {
      await withCrew(helpers, ({ crew, list, items, add, left }) => {
        const end = performance.now() + 20_000
        let [runs, launches, helped] = [0, 0, 0]
        while (runs < 3000 || (helped < 100 && performance.now() < end)) {
          runs++
          const begins = crew.begin(0)
          for (let i = 0; i < 1 + (runs % 5); i++) {
            if (begins) add.share?.([0, 0, grid])
            else add.leave?.([0, 0, grid])
            // Alone, between others.
            add.leave?.([0, 3, 4])
            launches++
          }
          left.settle()
          if (begins) {
            if (list[looksWord] > 0) helped++
            crew.end()
          }
          const right = items
            .subarray(0, grid)
            .every((item, i) => item === (i === 3 ? 2 : 1) * times * launches)
          if (!right) break
        }
        const expected = Array.from({ length: grid }, (_, i) => (i === 3 ? 2 : 1) * times * launches)
        expect([...items.subarray(0, grid)]).toEqual(expected)
        // The caller's thread has waited for a part that a helper had taken.
        expect(helped).toBeGreaterThanOrEqual(100)
      })
    })

    it.each([1, 3])('does a run once more without noting it again, with %i helpers', async (helpers) => {
      await withCrew(helpers, ({ crew, list, items, add, left }) => {
        const programs = [{}, {}]
        const end = performance.now() + 20_000
        let [runs, launches, helped, again] = [0, 0, 0, 0]
        while (runs < 3000 || (helped < 100 && performance.now() < end)) {
          runs++
          // Now and then another program, with more launches, and in turns elsewhere in memory.
          const program = runs % 50 === 0 ? 1 : 0
          const bases = [runs % 200 < 100 ? 1 : 2]
          const begins = crew.begin(0)
          const known = left.again(programs[program], bases, begins)
          if (known) again++
          for (let i = 0; i <= program; i++) {
            launches++
            if (known) continue
            if (begins) add.share?.([0, 0, grid])
            else add.leave?.([0, 0, grid])
          }
          if (!known) {
            left.settle()
            left.keep(programs[program], bases, begins)
          }
          if (begins) {
            if (known && list[looksWord] > 0) helped++
            crew.end()
          }
          if (items.subarray(0, grid).some((item) => item !== times * launches)) break
        }
        expect([...items.subarray(0, grid)]).toEqual(new Array(grid).fill(times * launches))
        expect(again).toBeGreaterThan(runs / 2)
        expect(helped).toBeGreaterThanOrEqual(100)
      })
    })

    it('forgets a run when others are noted, or when it did not fit', async () => {
      await withCrew(0, ({ items, add, left }) => {
        const program = {}
        const run = (calls: number) => {
          if (left.again(program, [0], false)) return true
          for (let i = 0; i < calls; i++) add.leave?.([0, 0, 1])
          left.settle()
          left.keep(program, [0], false)
          return false
        }
        expect([run(2), run(2)]).toEqual([false, true])
        expect(items[0]).toBe(4 * times)
        add.call([0, 0, 1])
        expect([run(2), run(2)]).toEqual([false, true])
        expect(left.again(program, [4], false)).toBe(false)
        expect([run(5000), run(5000)]).toEqual([false, false])
        expect(items[0]).toBe((9 + 10_000) * times)
      })
    })

    it('computes all itself that nobody comes for, and what its list has no room for', async () => {
      await withCrew(0, ({ items, add, left }) => {
        for (let i = 0; i < 5000; i++) add.share?.([0, 0, grid])
        left.settle()
        expect([...items.subarray(0, grid)]).toEqual(new Array(grid).fill(5000 * times))
      })
      await withCrew(1, ({ crew, items, add, left }) => {
        for (let run = 1; run <= 3; run++) {
          const begins = crew.begin(0)
          for (let i = 0; i < 5000; i++) {
            if (begins) add.share?.([0, 0, grid])
            else add.leave?.([0, 0, grid])
          }
          left.settle()
          if (begins) crew.end()
          expect([...items.subarray(0, grid)]).toEqual(new Array(grid).fill(5000 * times * run))
        }
      })
    })

    it('does without a helper that has not come back, and calls none for nothing', async () => {
      await withCrew(0, ({ control, list }) => {
        const crew = new ListCrew(control, 2, list)
        expect(crew.begin(0)).toBe(true)
        crew.end()
        expect(Atomics.load(control, word.offered)).toBe(0)
        Atomics.store(control, word.helpers, 1)
        expect(crew.begin(0)).toBe(false)
        expect(Atomics.load(control, word.offered)).toBe(0)
      })
    })
  },
)
