import { availableParallelism } from 'node:os'
import type { ExecutorOptions } from '../graph/executor.js'
import type { TargetTraits } from '../loops/traits.js'
import type { Backend } from '../runtime/backend.js'
import { bareMicroKernel } from './bareMicroKernel.js'
import {
  type BenchExecutor,
  type BenchTarget,
  createBenchBackend,
  createBenchExecutor,
  defaultTarget,
} from './benchExecutor.js'
import type { Benchmark } from './benchmark.js'
import { defaultRounds, type MeasureOptions, measureInTurns, type Subject } from './measureInTurns.js'
import type { PeerProcess } from './peerProcess.js'

/** One benchmark on one number of threads. Keys are those of the command's JSON. */
export interface BenchRow {
  readonly name: string
  readonly threads: number
  /** Milliseconds for one piece of work, the median. */
  readonly ms: number
  readonly gflops: number
  /** Speed of the bare micro-kernel on as many threads, in turns with this row: what the machine has to give. */
  readonly micro_kernel_gflops: number
  /** `gflops / micro_kernel_gflops` */
  readonly share_of_micro_kernel: number
  /** How many times as fast as the row with the fewest threads. */
  readonly speedup: number
}

/** What a peer takes for the same work. */
export interface PeerRow {
  readonly name: string
  readonly version: string
  readonly ms: number
  /** Steps that were measured. */
  readonly steps: number
  /** How many times as fast Gradus is, in its fastest row. */
  readonly gradus_speedup: number
}

export interface BenchReport {
  readonly target: BenchTarget
  /** Lanes of a vector. */
  readonly width: number
  /** The micro-kernel's rows and vectors of accumulators. */
  readonly tile: TargetTraits['tile']
  readonly fused_multiply_add: boolean
  readonly rows: readonly BenchRow[]
  readonly peers?: readonly PeerRow[]
}

export interface BenchOptions extends MeasureOptions {
  /** Default: `x64` where it runs, else `wasm`. */
  readonly target?: BenchTarget
  /** Numbers of threads. Default: 1 and as many as the machine runs at once. */
  readonly threads?: readonly number[]
  /** Whether to tune first. Default: as `GRADUS_TUNE` says. */
  readonly tune?: ExecutorOptions['tune']
  /** Take turns with the benchmark, and do the same work. */
  readonly peers?: readonly PeerProcess[]
  /** Called with each row as it is known. */
  readonly onRow?: (row: BenchRow) => void
}

/** Measures benchmarks one after another; the numbers of threads, and the bare micro-kernel on as many, take turns in each. */
export async function runBenchmarks(
  benchmarks: readonly Benchmark[],
  options: BenchOptions = {},
): Promise<BenchReport> {
  const {
    target = await defaultTarget(),
    threads = [...new Set([1, availableParallelism()])],
    tune,
    peers = [],
    onRow,
    ...measuring
  } = options
  const executors: BenchExecutor[] = []
  const kernelBackends: Backend[] = []
  try {
    for (const count of threads) {
      executors.push(await createBenchExecutor(target, count, tune))
      kernelBackends.push(await createBenchBackend(target, count))
    }
    const kernels = await Promise.all(kernelBackends.map(bareMicroKernel))
    const rows: BenchRow[] = []
    let peerRows: PeerRow[] = []
    for (const benchmark of benchmarks) {
      const subjects: Subject[] = []
      for (const executor of executors) subjects.push(await benchmark.prepare(executor))
      const times = await measureInTurns([...subjects, ...kernels, ...peers], measuring)
      const own = times.slice(0, subjects.length)
      own.forEach((ms, i) => {
        const gflops = benchmark.flops / ms / 1e6
        const kernelSpeed = kernels[i].flops / times[subjects.length + i] / 1e6
        const row = {
          name: benchmark.name,
          threads: threads[i],
          ms,
          gflops,
          micro_kernel_gflops: kernelSpeed,
          share_of_micro_kernel: gflops / kernelSpeed,
          speedup: own[0] / ms,
        }
        rows.push(row)
        onRow?.(row)
      })
      peerRows = peers.map(({ name, version }, i) => {
        const ms = times[subjects.length + kernels.length + i]
        return {
          name,
          version,
          ms,
          steps: measuring.rounds ?? defaultRounds,
          gradus_speedup: ms / Math.min(...own),
        }
      })
    }
    const { width, tile, fusedMulAdd: fused_multiply_add } = kernelBackends[0].traits
    return { target, width, tile, fused_multiply_add, rows, ...(peers.length > 0 ? { peers: peerRows } : {}) }
  } finally {
    await Promise.all(
      [...kernelBackends, ...executors.map(({ executor }) => executor)].map((each) => each.close()),
    )
  }
}
