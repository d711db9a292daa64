import { setMaxListeners } from 'node:events'
import type { MeasuredWork } from './bareMicroKernel.js'
import { createBenchBackend, defaultTarget } from './benchExecutor.js'
import { fmaPeak } from './peaks.js'
import type { Command, Peer } from './peer.js'
import { PeerProcess } from './peerProcess.js'
import { median } from './statistics.js'
import { type Task, taskFlops, taskName } from './task.js'

/** One way of doing a task. Keys are those of the command's JSON. */
export interface SuiteRow {
  readonly name: string
  readonly mode?: string
  readonly version?: string
  /** Milliseconds, the median over rounds; single predictions: of single calls. */
  readonly ms?: number
  readonly gflops?: number
  /** From starting its process to the end of its first run. */
  readonly first_ms?: number
  readonly peak_bytes?: number
  /** Why it has no figures. */
  readonly absent?: string
}

export interface SuiteResult {
  readonly task: string
  /** Multiply-adds in registers, on all threads: sampled in turns with the rows, and as they are. */
  readonly fma_peak_gflops: number
  readonly rows: readonly SuiteRow[]
  /** Gradus's best time over that of the fastest peer; undefined if there is none. */
  readonly ratio?: number
}

export interface SuiteOptions {
  readonly tasks: readonly Task[]
  readonly own: readonly Peer[]
  readonly peers: readonly Peer[]
  readonly threads: number
  /** Samples of each, of which the median counts. */
  readonly rounds: number
  readonly signal?: AbortSignal
  readonly write: (text: string) => void
  readonly onResult: (result: SuiteResult) => void
}

/** Least time of a sample, in milliseconds: shorter work is repeated. */
const sampleTime = 300
/** So long a sample rests before it, in milliseconds: threads of others that wait for work spin for a while. */
const restTime = 250
/** After the rest, so many milliseconds of the same work do not count: processors and threads wake up in them. */
const wakingTime = 50
/** Before the first sample, so many milliseconds of the work: what is compiled while it runs is quick by then. */
const warmUpTime = 3000
/** Work of which one unit takes longer, in milliseconds, is measured once more than it was to warm up, and both count. */
const slowUnit = 5000
/** After so long in samples, in milliseconds, a contestant has no more than two rounds. */
const longSamples = 5000
const mostUnits = 5000

/** Does so many units of work. Returns the milliseconds of one; undefined if they cannot be done. */
type Measure = (units: number) => Promise<number | undefined>

/** Samples of one piece of work, each taken in the same way, whoever does it. */
class Samples {
  /** Of a sample, and those before it that do not count. */
  private units = 1
  private wakingUnits = 0
  readonly each: number[] = []

  constructor(private readonly measure: Measure) {}

  /** Whether there are as many as there should be of such slow work. */
  get areEnough(): boolean {
    const spent = this.units * this.each.reduce((sum, ms) => sum + ms, 0)
    return this.each.length >= 2 && spent > longSamples
  }

  /** Lets engines optimize, and finds out how often a sample repeats the work. */
  async warmUp(): Promise<void> {
    const once = await this.measure(1)
    if (once === undefined) return
    if (once > slowUnit) {
      this.each.push(once)
      return
    }
    const several = await this.measure(Math.max(1, Math.min(20, Math.floor(sampleTime / once))))
    const unit = several ?? once
    this.units = Math.max(1, Math.min(mostUnits, Math.ceil(sampleTime / unit)))
    // One unit that takes as long as a sample leaves nothing of waking up to be seen.
    this.wakingUnits = unit < sampleTime ? Math.min(this.units, Math.ceil(wakingTime / unit)) : 0
    const end = performance.now() + warmUpTime
    do await this.measure(this.units)
    while (performance.now() < end)
  }

  async take(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, restTime))
    if (this.wakingUnits > 0) await this.measure(this.wakingUnits)
    const ms = await this.measure(this.units)
    if (ms !== undefined) this.each.push(ms)
  }
}

/** A peer at one task. */
class Contestant {
  readonly samples = new Samples((units) => this.measure(units))

  constructor(
    readonly peer: Peer,
    /** Its process, or why there is none any more. */
    public process: PeerProcess | string,
  ) {}

  stop(): void {
    if (typeof this.process !== 'string') this.process.stop()
  }

  /** Gives nothing if it is absent, from now on too if it fails. */
  private async measure(units: number): Promise<number | undefined> {
    if (typeof this.process === 'string') return undefined
    try {
      return await this.process.sample(units)
    } catch (error) {
      this.stop()
      this.process = error instanceof Error ? error.message : String(error)
      return undefined
    }
  }
}

/** Measures each task: all that do it have a process of their own and take turns. */
export async function measureSuite(options: SuiteOptions): Promise<SuiteResult[]> {
  const { tasks, own, peers, write, signal, onResult } = options
  // Each process listens to it, and there are more of them at once than Node takes for intended.
  if (signal) setMaxListeners(0, signal)
  const commands = new Map<Peer, Command | string>()
  for (const peer of [...own, ...peers]) {
    const command = await peer.prepare(write, signal)
    commands.set(peer, command)
    if (typeof command === 'string') write(`${labelOf(peer)} is absent: ${command}\n`)
  }
  const backend = await createBenchBackend(await defaultTarget(), options.threads)
  try {
    const arithmetic = await fmaPeak(backend)
    const results: SuiteResult[] = []
    for (const task of tasks) {
      const result = await measureTask(task, commands, arithmetic, options)
      results.push(result)
      onResult(result)
    }
    return results
  } finally {
    await backend.close()
  }
}

export const labelOf = ({ name, mode }: Pick<Peer, 'name' | 'mode'>): string =>
  mode === undefined ? name : `${name} (${mode})`

async function measureTask(
  task: Task,
  commands: ReadonlyMap<Peer, Command | string>,
  arithmetic: MeasuredWork,
  options: SuiteOptions,
): Promise<SuiteResult> {
  const { threads, signal, rounds, own } = options
  const contestants: Contestant[] = []
  const peak = new Samples(async (units) => {
    const start = performance.now()
    await arithmetic.run(units)
    return (performance.now() - start) / units
  })
  try {
    for (const [peer, command] of commands) {
      signal?.throwIfAborted()
      if (peer.takes?.(task) === false) continue
      const process =
        typeof command === 'string'
          ? command
          : await PeerProcess.start(peer, command, task, { threads, signal })
      contestants.push(new Contestant(peer, process))
    }
    const inTurns = [peak, ...contestants.filter(isPresent).map(({ samples }) => samples)]
    for (const samples of inTurns) await samples.warmUp()
    for (let round = 0; round < rounds; round++) {
      for (const samples of inTurns) {
        if (samples.areEnough) continue
        signal?.throwIfAborted()
        await samples.take()
      }
    }
    return resultOf(task, contestants, arithmetic.flops / median(peak.each) / 1e6, own)
  } finally {
    for (const contestant of contestants) contestant.stop()
  }
}

const isPresent = ({ process }: Contestant): boolean => typeof process !== 'string'

function resultOf(
  task: Task,
  contestants: readonly Contestant[],
  peak: number,
  own: readonly Peer[],
): SuiteResult {
  const flops = taskFlops(task)
  const rows = contestants.map(({ peer, process, samples }): SuiteRow => {
    const named = { name: peer.name, ...(peer.mode === undefined ? {} : { mode: peer.mode }) }
    if (typeof process === 'string') return { ...named, absent: process }
    const ms = median(samples.each)
    return {
      ...named,
      version: process.version,
      ms,
      ...(flops === undefined ? {} : { gflops: flops / ms / 1e6 }),
      first_ms: process.firstMs,
      peak_bytes: process.peakBytes(),
    }
  })
  const best = (isOwn: boolean): number =>
    Math.min(
      ...rows.map((row, i) =>
        own.includes(contestants[i].peer) === isOwn
          ? (row.ms ?? Number.POSITIVE_INFINITY)
          : Number.POSITIVE_INFINITY,
      ),
    )
  const [ours, theirs] = [best(true), best(false)]
  const ratio = Number.isFinite(ours) && Number.isFinite(theirs) ? { ratio: ours / theirs } : {}
  return { task: taskName(task), fma_peak_gflops: peak, rows, ...ratio }
}
