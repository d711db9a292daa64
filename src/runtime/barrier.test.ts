import { spawnSync } from 'node:child_process'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { Barrier } from './barrier.js'

/** Each thread adds to a shared, unsynchronised sum in turns that only the barrier keeps apart. */
const threadSource = `
  import { parentPort, workerData } from 'node:worker_threads'
  const { Barrier } = await import(workerData.module)
  const { thread, parties, rounds, abortAt } = workerData
  const words = new Int32Array(workerData.words)
  const data = new Int32Array(workerData.data)
  const barrier = new Barrier(words, 0, parties)
  const meetings = []
  let wrong = 0
  for (let round = 0; round < rounds; round++) {
    if (thread === 0 && round === abortAt) { barrier.abort(); break }
    data[thread] = round + 1
    const meeting = barrier.meet()
    meetings.push(meeting)
    if (meeting === 'aborted') break
    for (let i = 0; i < parties; i++) if (data[i] !== round + 1) wrong++
    if (barrier.meet() === 'aborted') { meetings.push('aborted'); break }
  }
  parentPort.postMessage({ wrong, meetings })
`

interface Outcome {
  readonly wrong: number
  readonly meetings: readonly string[]
}

const run = (parties: number, rounds: number, abortAt = -1): Promise<Outcome[]> => {
  const words = new SharedArrayBuffer(4 * Barrier.words)
  const data = new SharedArrayBuffer(4 * parties)
  const module = new URL('./barrier.js', import.meta.url).href
  const url = new URL(`data:text/javascript,${encodeURIComponent(threadSource)}`)
  return Promise.all(
    Array.from({ length: parties }, (_, thread) => {
      const workerData = { module, thread, parties, rounds, abortAt, words, data }
      const worker = new Worker(url, { workerData })
      return new Promise<Outcome>((resolve, reject) => worker.on('message', resolve).on('error', reject))
    }),
  )
}

/** Two threads meet many times; prints the milliseconds of processor time that a meeting takes. */
const meetings = 4000
const meetingSource = `
  import { Worker } from 'node:worker_threads'
  const module = ${JSON.stringify(new URL('./barrier.js', import.meta.url).href)}
  const source = \`
    import { parentPort, workerData } from 'node:worker_threads'
    const { Barrier } = await import(workerData.module)
    const barrier = new Barrier(new Int32Array(workerData.words), 0, 2)
    barrier.meet()
    const begin = process.cpuUsage()
    for (let i = 0; i < ${meetings}; i++) barrier.meet()
    const { user, system } = process.cpuUsage(begin)
    parentPort.postMessage((user + system) / 1000 / ${meetings})\`
  const url = new URL('data:text/javascript,' + encodeURIComponent(source))
  const words = new SharedArrayBuffer(${4 * Barrier.words})
  for (let i = 0; i < 2; i++) {
    const worker = new Worker(url, { workerData: { module, words } })
    if (i === 0) worker.on('message', (milliseconds) => console.log(milliseconds))
  }
`

const onOneCore = (source: string) =>
  spawnSync('taskset', ['-c', '0', process.execPath, '--input-type=module', '-e', source], {
    encoding: 'utf8',
  })
const withTaskset = process.platform === 'linux' && spawnSync('taskset', ['-c', '0', 'true']).status === 0

describe('Barrier', () => {
  // Looking for 0.15 ms each time, as threads on cores of their own do, would take that long.
  it.runIf(withTaskset)('soon goes to sleep where nobody can come as long as it looks', () => {
    const { stdout, stderr } = onOneCore(meetingSource)
    expect(stderr).toBe('')
    expect(Number(stdout)).toBeGreaterThan(0)
    expect(Number(stdout)).toBeLessThan(0.09)
  })

  it.each([1, 2, 3])('keeps the rounds of %i threads apart', async (parties) => {
    const outcomes = await run(parties, 300)
    for (const { wrong } of outcomes) expect(wrong).toBe(0)
    for (let round = 0; round < 300; round++) {
      const last = outcomes.filter(({ meetings }) => meetings[round] === 'last')
      expect(last).toHaveLength(1)
    }
  })

  it('lets everybody go when one aborts', async () => {
    const outcomes = await run(3, 100, 50)
    expect(outcomes[0].meetings).toHaveLength(50)
    for (const { meetings } of outcomes.slice(1)) expect(meetings.at(-1)).toBe('aborted')
  })

  it('is as new after a reset', () => {
    const barrier = new Barrier(new Int32Array(Barrier.words), 0, 1)
    barrier.abort()
    expect(barrier.meet()).toBe('aborted')
    barrier.reset()
    let released = 0
    expect(barrier.meet(() => released++)).toBe('last')
    expect(released).toBe(1)
  })
})
