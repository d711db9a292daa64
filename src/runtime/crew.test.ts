import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { controlWords, word } from './control.js'
import { Crew, Helper } from './crew.js'

const threads = 2
const items = 40

/** Helps until it is told to stop: each item adds 1 to its place, and those of step 1 fail. */
const helperSource = `
  import { parentPort, workerData } from 'node:worker_threads'
  const { Helper } = await import(workerData.module)
  const { control, data, done, threads, items } = workerData
  const words = new Int32Array(control)
  const counts = new Int32Array(data)
  const state = new Int32Array(done)
  let helped = 0
  const help = (step, bases, shares, number) => {
    let found = false
    while (shares.take(number, items)) {
      found = true
      if (step === 1) throw new Error('Refused.')
      for (let i = shares.begin; i < shares.end; i++) counts[i]++
      helped += shares.end - shares.begin
    }
    return found
  }
  const helper = new Helper(words, 1, threads, () => ({ prepared: { help }, bases: new Int32Array(0) }))
  Atomics.store(state, 0, 1)
  while (Atomics.load(state, 0) === 1) helper.help(() => true)
  parentPort.postMessage(helped)
`

/** A crew of this thread and a worker, and what each item was added to. */
async function withHelper<T>(
  use: (crew: Crew, counts: Int32Array) => T,
): Promise<{ result: T; helped: number }> {
  const control = new SharedArrayBuffer(4 * controlWords(threads))
  const data = new SharedArrayBuffer(4 * items)
  const done = new SharedArrayBuffer(4)
  const module = new URL('./crew.js', import.meta.url).href
  const url = new URL(`data:text/javascript,${encodeURIComponent(helperSource)}`)
  const worker = new Worker(url, { workerData: { module, control, data, done, threads, items } })
  const state = new Int32Array(done)
  try {
    while (Atomics.load(state, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const result = use(new Crew(new Int32Array(control), threads), new Int32Array(data))
    const helped = await new Promise<number>((resolve) => {
      worker.on('message', resolve)
      Atomics.store(state, 0, 2)
    })
    return { result, helped }
  } finally {
    await worker.terminate()
  }
}

/** Computes a launch as the caller's thread does: slowly enough that the helper finds something. */
function compute(crew: Crew, counts: Int32Array, step = 0): void {
  const number = crew.offer(step)
  try {
    while (crew.shares.take(number, items)) {
      for (let i = crew.shares.begin; i < crew.shares.end; i++) counts[i]++
      const end = performance.now() + 0.002
      while (performance.now() < end);
    }
  } finally {
    crew.close()
  }
}

describe('A crew', () => {
  it('computes each item of each launch once, whoever does it', async () => {
    const launches = 20_000
    const { result: wrong, helped } = await withHelper((crew, counts) => {
      let failures = 0
      for (let launch = 1; launch <= launches; launch++) {
        compute(crew, counts)
        for (let i = 0; i < items; i++) if (counts[i] !== launch) failures++
        if (failures > 0) return failures
      }
      return failures
    })
    expect(wrong).toBe(0)
    expect(helped).toBeGreaterThan(launches)
  })

  it('says that a helper failed, and goes on with the next launch', async () => {
    await withHelper((crew, counts) => {
      const fail = () => {
        for (let i = 0; i < 1000; i++) compute(crew, counts, 1)
      }
      expect(fail).toThrow('could not compute its part')
      counts.fill(0)
      compute(crew, counts)
      expect([...counts]).toEqual(new Array(items).fill(1))
    })
  })

  it('does without helpers that do not come, and without those that do not know its code', () => {
    const words = new Int32Array(new SharedArrayBuffer(4 * controlWords(threads)))
    const crew = new Crew(words, threads)
    const counts = new Int32Array(items)
    compute(crew, counts)
    expect([...counts]).toEqual(new Array(items).fill(1))
    const helper = new Helper(words, 1, threads, () => {
      throw new Error('not reached')
    })
    expect(helper.help(() => true)).toBe(false)
    crew.offer(0)
    expect(helper.help(() => false)).toBe(false)
    crew.close()
    expect(Atomics.load(words, word.helpFailed)).toBe(0)
  })
})
