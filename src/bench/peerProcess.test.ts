import { afterEach, expect, it } from 'vitest'
import { measureSuite, type SuiteResult } from './measureSuite.js'
import type { Command, Peer } from './peer.js'
import { PeerProcess } from './peerProcess.js'
import type { Task } from './task.js'

const task: Task = { kind: 'matmul', size: 256 }

/** A program that is served as `bench/peers/serve.js` serves: `answer` gives the reply to each line, `first` the first. */
const program = (first: string, answer = '({ ms: 7 })'): Command => ({
  program: process.execPath,
  arguments: [
    '-e',
    `const { writeSync } = require('node:fs')
     const task = JSON.parse(process.argv[1])
     const reply = (message) => writeSync(3, JSON.stringify(message) + '\\n')
     reply(${first})
     require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => reply(${answer}))`,
  ],
})

const peer = (name: string, command: Command | string, mode?: string): Peer => ({
  name,
  mode,
  prepare: async () => command,
})

const open: PeerProcess[] = []
afterEach(() => {
  for (const process of open.splice(0)) process.stop()
})

async function start(command: Command, patience?: number): Promise<PeerProcess | string> {
  const started = await PeerProcess.start(peer('a', command), command, task, { threads: 1, patience })
  if (typeof started !== 'string') open.push(started)
  return started
}

it('is told its task, and does as many units as it is asked for', async () => {
  const started = await start(program('{ ready: true, version: "takes " + task.size }', '{ ms: 2 * line }'))
  if (typeof started === 'string') throw new Error(started)
  expect(started.version).toBe('takes 256')
  expect(started.firstMs).toBeGreaterThan(0)
  expect(await started.sample(3)).toBe(6)
  expect(await started.sample(5)).toBe(10)
  if (process.platform === 'linux') expect(started.peakBytes()).toBeGreaterThan(1e7)
})

it('says why it is absent: by itself, when it ends, when there is none, when it takes too long', async () => {
  expect(await start(program('{ absent: "has no matmul" }'))).toBe('has no matmul')
  const broken: Command = {
    program: process.execPath,
    arguments: ['-e', 'console.error("no such thing"); process.exit(3)'],
  }
  expect(await start(broken)).toMatch(/^it ended with code 3\nno such thing$/)
  expect(await start({ program: '/no/such/program', arguments: [] })).toMatch(/ENOENT/)
  expect(
    await start({ program: process.execPath, arguments: ['-e', 'setTimeout(() => {}, 1e6)'] }, 200),
  ).toBe('its first run took more than 0.2 s')
})

it('takes turns with others, and those that fail drop out', async () => {
  const results: SuiteResult[] = []
  const fails = `line > 1 ? process.exit(1) : ({ ms: 100 })`
  await measureSuite({
    tasks: [task],
    own: [peer('ours', program('{ ready: true, version: "1" }', '{ ms: 30 }'))],
    peers: [
      peer('theirs', program('{ ready: true, version: "2" }', '{ ms: 60 }'), 'fast'),
      peer('theirs', program('{ ready: true, version: "2" }', '{ ms: 90 }'), 'slow'),
      peer('fails', program('{ ready: true }', fails)),
      peer('missing', 'not installed here'),
    ],
    ...{ threads: 1, rounds: 2, write: () => {} },
    onResult: (result) => results.push(result),
  })
  expect(results.length).toBe(1)
  const [{ rows, ratio, fma_peak_gflops }] = results
  expect(ratio).toBe(0.5)
  expect(fma_peak_gflops).toBeGreaterThan(0)
  expect(rows).toMatchObject([
    { name: 'ours', version: '1', ms: 30, gflops: (2 * 256 ** 3) / 30 / 1e6 },
    { name: 'theirs', mode: 'fast', ms: 60 },
    { name: 'theirs', mode: 'slow', ms: 90 },
    { name: 'fails', absent: expect.stringMatching(/^it ended with code 1/) },
    { name: 'missing', absent: 'not installed here' },
  ])
})

it('does not count what follows a rest, while processors wake up', async () => {
  const results: SuiteResult[] = []
  const sleepy =
    '(globalThis.gap = Date.now() - (globalThis.last ?? 0), globalThis.last = Date.now(), { ms: gap > 200 ? 90 : 30 })'
  await measureSuite({
    tasks: [task],
    own: [peer('sleepy', program('{ ready: true, version: "1" }', sleepy))],
    peers: [],
    ...{ threads: 1, rounds: 3, write: () => {} },
    onResult: (result) => results.push(result),
  })
  expect(results[0].rows).toMatchObject([{ name: 'sleepy', ms: 30 }])
})
