import { Worker } from 'node:worker_threads'
import { describe, expect, it, vi } from 'vitest'
import { controlWords, word } from './control.js'
import { Crew, Helper, helpWithLaunches } from './crew.js'

const threads = 2
const items = 40

/** Helps until it is told to stop: each item adds 1 to its place, and those of step 1 fail. */
const helperSource = `
  import { parentPort, workerData } from 'node:worker_threads'
  const { Helper, helpWithLaunches } = await import(workerData.module)
  const { control, data, done, threads, items } = workerData
  const words = new Int32Array(control)
  const counts = new Int32Array(data)
  const state = new Int32Array(done)
  const help = (step, bases, shares, number) => {
    let found = false
    while (shares.take(number, items)) {
      found = true
      if (step === 1) throw new Error('Refused.')
      for (let i = shares.begin; i < shares.end; i++) counts[i]++
      Atomics.add(state, 1, shares.end - shares.begin)
    }
    return found
  }
  const program = { prepared: { help }, bases: new Int32Array(0) }
  const helper = new Helper(words, helpWithLaunches(words, { thread: 1, threads }, () => program, () => true))
  Atomics.store(state, 0, 1)
  while (Atomics.load(state, 0) === 1) helper.help()
`

/** A crew of this thread and a worker, and what each item was added to. `helped` says how many items the worker has computed. */
async function withHelper(
  use: (crew: Crew, counts: Int32Array, helped: () => number) => void,
): Promise<void> {
  const control = new SharedArrayBuffer(4 * controlWords(threads))
  const data = new SharedArrayBuffer(4 * items)
  const done = new SharedArrayBuffer(8)
  const module = new URL('./crew.js', import.meta.url).href
  const url = new URL(`data:text/javascript,${encodeURIComponent(helperSource)}`)
  const worker = new Worker(url, { workerData: { module, control, data, done, threads, items } })
  const state = new Int32Array(done)
  try {
    while (Atomics.load(state, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    use(new Crew(new Int32Array(control), threads), new Int32Array(data), () => Atomics.load(state, 1))
  } finally {
    Atomics.store(state, 0, 2)
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
    await withHelper((crew, counts, helped) => {
      // A worker that has no core to itself helps now and then.
      const end = performance.now() + 20_000
      let launches = 0
      while (launches < 2000 || (helped() < 1000 && performance.now() < end)) {
        compute(crew, counts)
        launches++
        if (counts.some((count) => count !== launches)) break
      }
      expect([...counts]).toEqual(new Array(items).fill(launches))
      expect(helped()).toBeGreaterThanOrEqual(1000)
    })
  })

  it('says that a helper failed, and goes on with the next launch', async () => {
    await withHelper((crew, counts) => {
      const fail = () => {
        const end = performance.now() + 20_000
        while (performance.now() < end) compute(crew, counts, 1)
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
    const program = () => {
      throw new Error('not reached')
    }
    const helper = new Helper(
      words,
      helpWithLaunches(words, { thread: 1, threads }, program, () => false),
    )
    expect(helper.help()).toBe(false)
    crew.offer(0)
    expect(helper.help()).toBe(false)
    crew.close()
    expect(Atomics.load(words, word.helpFailed)).toBe(0)
  })

  it('leaves helpers alone, for longer each time, that sleep again whenever a run begins', () => {
    const words = new Int32Array(new SharedArrayBuffer(4 * controlWords(threads)))
    const crew = new Crew(words, threads)
    Atomics.store(words, word.asleep, threads - 1)
    let milliseconds = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => milliseconds)
    /** How often they are asked in so many runs, each a twentieth of a millisecond after the one before. */
    const asks = (runs: number): number => {
      let asked = 0
      for (let run = 0; run < runs; run++) {
        if (crew.begin(0)) asked++
        milliseconds += 0.05
      }
      return asked
    }
    try {
      expect(asks(100)).toBeLessThan(25)
      expect(asks(10_000)).toBeLessThan(60)
      // They woke up, and stay awake.
      Atomics.store(words, word.asleep, 0)
      asks(4096)
      expect(asks(100)).toBe(100)
    } finally {
      clock.mockRestore()
    }
  })
})
