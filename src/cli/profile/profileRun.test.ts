import { describe, expect, it } from 'vitest'
import type { LaunchReport } from '../../compiler/program.js'
import type { TimedRun } from '../../runtime/run.js'
import { profileRuns } from './profileRun.js'
import { profileText } from './profileText.js'
import { traceOf } from './trace.js'

const launch = (name: string, flops: number, bytes: number): LaunchReport => ({
  function: name,
  ops: 'matmul',
  algorithm: 'by hand',
  grid: 8,
  flops,
  bytes,
  lanes: 'vector',
})

const report = {
  launches: [launch('contraction 128x800x500', 2e6, 1e5), launch('pack', 0, 4e5)],
  prepared: [],
  arenaBytes: 0,
}

/** A run on two threads: the first launch once, the second twice. `slow` milliseconds are added on thread 1. */
const run = (begin: number, slow: number): TimedRun => ({
  report,
  begin,
  end: begin + 10 + slow,
  launches: [
    { launch: 0, thread: 0, begin: begin + 1, end: begin + 3 },
    { launch: 0, thread: 1, begin: begin + 1, end: begin + 5 + slow },
    { launch: 1, thread: 0, begin: begin + 6 + slow, end: begin + 7 + slow },
    { launch: 1, thread: 0, begin: begin + 8 + slow, end: begin + 9 + slow },
  ],
})

const runs = [run(0, 0), run(100, 4), run(200, 90)]
const peaks = { gflops: 1, gigabytes_per_second: 0.5 }

describe('a profile', () => {
  it("takes the slowest thread's time of each launch, medians over runs, and shares of the peaks", () => {
    const profile = profileRuns(runs, peaks)
    // 4 + 4 and 1 + 1 of the median run's 14 ms.
    expect(profile).toMatchObject({ ms: 14, runs: 3, waiting_ms: 4, peaks })
    expect(profile.launches).toMatchObject([
      { times: 1, ms: 8, share: 8 / 14, gflops: 0.25, share_of_fma_peak: 0.25, gigabytes_per_second: 0.0125 },
      { times: 2, ms: 2, share: 2 / 14, gflops: 0, gigabytes_per_second: 0.4, share_of_bandwidth: 0.8 },
    ])
  })

  it('is a table that fits the terminal', () => {
    const text = profileText(profileRuns(runs, peaks), {
      width: 80,
      what: 'training step',
      emphasize: (t) => t,
    })
    const lines = text.split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(lines[1]).toMatch(/^contraction 128x800x500 +8\.000 +57 % +0\.3 +25 % +0\.0 +3 %$/)
    expect(lines[2]).toMatch(/^pack x 2 +2\.000 +14 % +0\.4 +80 %$/)
    expect(lines.slice(3, 6)).toEqual([
      expect.stringMatching(/^all launches +10\.000 +71 %$/),
      expect.stringMatching(/^waiting +4\.000 +29 %$/),
      expect.stringMatching(/^training step +14\.000 +100 %$/),
    ])
  })

  it('is a trace with a track for the caller and for each thread', () => {
    const { traceEvents } = traceOf(runs, ['thread 0', 'thread 1']) as {
      traceEvents: Record<string, unknown>[]
    }
    expect(traceEvents.filter(({ name }) => name === 'thread_name').map(({ tid }) => tid)).toEqual([0, 1, 2])
    const slices = traceEvents.filter(({ ph }) => ph === 'X')
    expect(slices.length).toBe(3 * 5)
    expect(slices[0]).toMatchObject({ name: 'run 0', tid: 0, ts: 0, dur: 10_000 })
    expect(slices[2]).toMatchObject({
      name: 'contraction 128x800x500',
      ...{ tid: 2, ts: 1000, dur: 4000, args: { ops: 'matmul', flops: 2e6, grid: 8 } },
    })
  })
})
