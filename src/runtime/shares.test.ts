import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Shares } from './shares.js'

const team = (threads: number) => {
  const words = new Int32Array(Shares.words(threads))
  return Array.from({ length: threads }, (_, thread) => new Shares(words, 0, thread, threads))
}

/** The items that one thread takes of a launch when nobody else takes any. */
function takeAll(shares: Shares, launch: number, grid: number): [number, number][] {
  const parts: [number, number][] = []
  while (shares.take(launch, grid)) parts.push([shares.begin, shares.end])
  return parts
}

const threadSource = `
  import { parentPort, workerData } from 'node:worker_threads'
  const { Shares } = await import(workerData.module)
  const { thread, threads, grids } = workerData
  const counts = new Int32Array(workerData.counts)
  const shares = new Shares(new Int32Array(workerData.words), 0, thread, threads)
  let first = 0
  grids.forEach((grid, launch) => {
    while (shares.take(launch, grid)) {
      for (let i = shares.begin; i < shares.end; i++) Atomics.add(counts, first + i, 1)
    }
    first += grid
  })
  parentPort.postMessage('done')
`

describe('Shares', () => {
  it('takes half of what is left of its own part, then of the part of the other', () => {
    const [first] = team(2)
    expect(takeAll(first, 0, 16)).toEqual([
      [0, 4],
      [4, 6],
      [6, 7],
      [7, 8],
      [8, 12],
      [12, 14],
      [14, 15],
      [15, 16],
    ])
  })

  it('takes all of its own part at once, if it is told to, then half of what is left of the other', () => {
    const shares = new Shares(new Int32Array(Shares.words(2)), 0, 1, 2, true)
    expect(takeAll(shares, 0, 16)).toEqual([
      [8, 16],
      [0, 4],
      [4, 6],
      [6, 7],
      [7, 8],
    ])
  })

  it('takes everything at once where there is one thread', () => {
    const [only] = team(1)
    expect(takeAll(only, 0, 1000)).toEqual([[0, 1000]])
    expect(takeAll(only, 1, 0)).toEqual([])
  })

  it('gives each item once, whatever the grid, the turns and how far threads are apart', () => {
    const cases = fc.record({
      threads: fc.integer({ min: 1, max: 5 }),
      grids: fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 100_000 })), {
        maxLength: 150,
      }),
      turns: fc.infiniteStream(fc.nat()),
    })
    fc.assert(
      fc.property(cases, ({ threads, grids, turns }) => {
        const shares = team(threads)
        const left = [...grids]
        const at = shares.map(() => 0)
        for (;;) {
          const busy = at.flatMap((launch, thread) => (launch < grids.length ? [thread] : []))
          if (busy.length === 0) break
          const thread = busy[(turns.next().value ?? 0) % busy.length]
          const launch = at[thread]
          if (shares[thread].take(launch, grids[launch])) {
            left[launch] -= shares[thread].end - shares[thread].begin
          } else {
            // Nobody leaves a launch before all of it is taken.
            expect(left[launch]).toBe(0)
            at[thread]++
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('counts from the beginning after a reset', () => {
    const [first, second] = team(2)
    takeAll(first, 0, 8)
    expect(second.take(0, 8)).toBe(false)
    second.reset()
    expect(second.take(0, 8)).toBe(true)
  })

  it('gives each item once to threads that run at the same time', async () => {
    const threads = 3
    const grids = Array.from({ length: 400 }, (_, i) => (i * 37) % 101)
    const words = new SharedArrayBuffer(4 * Shares.words(threads))
    const counts = new SharedArrayBuffer(4 * grids.reduce((sum, grid) => sum + grid, 0))
    const module = new URL('./shares.js', import.meta.url).href
    const url = new URL(`data:text/javascript,${encodeURIComponent(threadSource)}`)
    await Promise.all(
      Array.from({ length: threads }, (_, thread) => {
        const worker = new Worker(url, { workerData: { module, thread, threads, grids, words, counts } })
        return new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject))
      }),
    )
    expect(new Set(new Int32Array(counts))).toEqual(new Set([1]))
  })
})
