import { median } from '../../bench/statistics.js'
import type { CutOrigin } from '../../compiler/cut.js'
import type { LaunchReport } from '../../compiler/program.js'
import type { TimedRun } from '../../runtime/run.js'

/** What the machine can do, measured in turns with what is profiled. */
export interface Peaks {
  /** Multiply-adds in registers, on all threads. */
  readonly gflops: number
  /** A copy of more than fits the caches: bytes read and written. */
  readonly gigabytes_per_second: number
}

/** One launch over all profiled runs. Keys are those of the command's JSON. */
export interface LaunchProfile {
  readonly function: string
  readonly ops: string
  readonly algorithm: string
  /** Who said how a micro-kernel's launch is cut: the cost model, a measurement, or one that was kept. Absent for other launches. */
  readonly cut_by?: CutOrigin
  /** How often a run launches it: more than once inside a loop. */
  readonly times: number
  /** Milliseconds of a run, those of the thread that took longest; the median over runs. */
  readonly ms: number
  /** Of the time of a whole run. */
  readonly share: number
  readonly gflops: number
  readonly share_of_fma_peak: number
  /** Each buffer counted once, whatever caches hold. */
  readonly bytes: number
  readonly gigabytes_per_second: number
  readonly share_of_bandwidth: number
}

export interface RunProfile {
  /** From handing a run to the workers until this thread hears that it is done; the median. */
  readonly ms: number
  readonly runs: number
  /** Of a run, in which threads wait for each other or for work: what is not in the launches. */
  readonly waiting_ms: number
  readonly peaks: Peaks
  readonly launches: readonly LaunchProfile[]
}

/** Milliseconds of each launch in one run: those of the thread that took longest in it. */
function launchMilliseconds({ report, launches }: TimedRun): { ms: number; times: number }[] {
  const threads = new Map<number, { ms: number; times: number }>()
  const threadCount = 1 + launches.reduce((most, { thread }) => Math.max(most, thread), 0)
  for (const { launch, thread, begin, end } of launches) {
    const key = launch * threadCount + thread
    const sum = threads.get(key) ?? { ms: 0, times: 0 }
    threads.set(key, { ms: sum.ms + end - begin, times: sum.times + 1 })
  }
  return report.launches.map((_, launch) => {
    let longest = { ms: 0, times: 0 }
    for (let thread = 0; thread < threadCount; thread++) {
      const sum = threads.get(launch * threadCount + thread)
      if (sum && sum.ms > longest.ms) longest = sum
    }
    return longest
  })
}

/** Sums up runs of one Program. */
export function profileRuns(runs: readonly TimedRun[], peaks: Peaks): RunProfile {
  const [{ report }] = runs
  const ms = median(runs.map(({ begin, end }) => end - begin))
  const measured = runs.map(launchMilliseconds)
  const launches = report.launches.map((launch, i): LaunchProfile => {
    const time = median(measured.map((run) => run[i].ms))
    return launchProfile(launch, measured[0][i].times, time, ms, peaks)
  })
  const launched = launches.reduce((sum, launch) => sum + launch.ms, 0)
  return { ms, runs: runs.length, waiting_ms: Math.max(0, ms - launched), peaks, launches }
}

function launchProfile(
  { function: name, ops, algorithm, cutBy, flops, bytes }: LaunchReport,
  times: number,
  ms: number,
  runMs: number,
  peaks: Peaks,
): LaunchProfile {
  const speed = (amount: number): number => (ms > 0 ? (amount * times) / ms / 1e6 : 0)
  const [gflops, gigabytes] = [speed(flops), speed(bytes)]
  return {
    function: name,
    ops,
    algorithm,
    cut_by: cutBy,
    times,
    ms,
    share: ms / runMs,
    gflops,
    share_of_fma_peak: gflops / peaks.gflops,
    bytes,
    gigabytes_per_second: gigabytes,
    share_of_bandwidth: gigabytes / peaks.gigabytes_per_second,
  }
}
