import { access, readdir } from 'node:fs/promises'
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { join, resolve } from 'node:path'
import { cacheFolder } from '../../cacheFolder.node.js'
import { GradusError } from '../../errors.js'
import { getExecutor } from '../../graph/executor.js'
import { chosenTuning } from '../../runtime/createTuner.js'
import { createWasmBackend } from '../../runtime/createWasmBackend.js'
import { type X64Status, x64Status } from '../../runtime/createX64Backend.node.js'
import { Debug } from '../../runtime/debug.js'
import { countKept, tuningPath } from '../../runtime/tuningFile.node.js'
import { detectFeatures, type WasmFeatures } from '../../targets/wasm/features.js'
import { probeTiles, type Tile } from '../../targets/wasm/tileProbe.js'
import type { ProcessorFeatures } from '../../targets/x64/detect.js'
import { gradusVersion } from '../version.js'
import { type CpuDescription, describeCpu } from './cpu.js'

export interface TargetStatus {
  readonly name: 'wasm' | 'interpreter' | 'x64' | 'webgpu'
  readonly available: boolean
  /** What it is, or why it is missing. */
  readonly note: string
}

export interface DataFolder {
  readonly role: 'data' | 'cache'
  /** Undefined if `GRADUS_DATA_DIR` is not set. */
  readonly path: string | undefined
  readonly exists: boolean
  /** Names of the folders inside: each a data set. */
  readonly contents: readonly string[]
}

/** What runs if nothing else is asked for, and why; no target if what the environment asks for is not there. */
export interface ChosenTarget {
  readonly target: string | undefined
  readonly threads: number
  readonly why: string
}

/** Whether it is measured how products and convolutions are best cut, and what is known of that. */
export interface TuningStatus {
  readonly on: boolean
  /** The file in which cuts are kept, and how many there are, of all targets and numbers of threads. */
  readonly path: string
  readonly kept: number
}

/** What this machine offers. */
export interface Machine {
  readonly gradus: string
  readonly node: string
  readonly v8: string
  readonly system: { readonly name: string; readonly release: string; readonly architecture: string }
  readonly cpu: CpuDescription & { readonly cores: number; readonly usable: number }
  readonly memoryBytes: number
  readonly chosen: ChosenTarget
  readonly tuning: TuningStatus
  readonly wasm: WasmFeatures & {
    /** The micro-kernel's accumulators, as chosen for this process; undefined without SIMD. */
    readonly tile: Tile | undefined
    /** What each candidate reaches on one thread; empty if the clock is too coarse to tell. */
    readonly tileSpeeds: readonly { readonly tile: Tile; readonly gflops: number }[]
  }
  readonly targets: readonly TargetStatus[]
  readonly folders: readonly DataFolder[]
}

/** Examines this machine. Takes some 50 ms, most of them for the probe of tiles. */
export async function examineMachine(): Promise<Machine> {
  const backend = await createWasmBackend({ debug: new Debug() })
  const features = detectFeatures()
  const x64 = await x64Status()
  return {
    gradus: gradusVersion(),
    node: process.versions.node,
    v8: process.versions.v8,
    system: { name: type(), release: release(), architecture: arch() },
    cpu: { ...(await describeCpu()), cores: cpus().length, usable: availableParallelism() },
    memoryBytes: totalmem(),
    chosen: await chosenTarget(x64),
    tuning: { on: isTuning(), path: tuningPath(), kept: await countKept() },
    wasm: {
      ...features,
      tile: backend?.traits.tile,
      tileSpeeds: features.simd ? probeTiles(features).all : [],
    },
    targets: targetsOf(features, x64),
    folders: [await dataFolder(), await describeFolder('cache', cacheFolder())],
  }
}

/** What Gradus takes here. An environment that asks for what is missing is told of, not an error. */
async function chosenTarget(x64: X64Status): Promise<ChosenTarget> {
  const asked = ['GRADUS_TARGET', 'GRADUS_THREADS'].filter((name) => process.env[name])
  try {
    const { target, threads } = (await getExecutor()).statistics
    const because = {
      x64: 'the fastest, and all that it needs is here',
      wasm: `as there is no machine code here: ${withoutStop(x64)}`,
      interpreter: 'as there is neither machine code nor WebAssembly SIMD here',
    }[target]
    const why = asked.length > 0 ? `as ${asked.join(' and ')} ${asked.length > 1 ? 'say' : 'says'}` : because
    return { target, threads, why: why ?? '' }
  } catch (error) {
    if (!(error instanceof GradusError)) throw error
    return { target: undefined, threads: 0, why: error.message }
  }
}

/** What `GRADUS_TUNE` says; where it says nothing that is known, `chosen` tells of it. */
function isTuning(): boolean {
  try {
    return chosenTuning({}) !== undefined
  } catch (error) {
    if (!(error instanceof GradusError)) throw error
    return false
  }
}

const withoutStop = (x64: X64Status): string => (x64.available ? '' : x64.reason.replace(/\.$/, ''))

export function targetsOf(wasm: Pick<WasmFeatures, 'simd'>, x64: X64Status): TargetStatus[] {
  return [
    {
      name: 'x64',
      available: x64.available,
      note: x64.available ? machineCodeNote(x64.features) : withoutStop(x64),
    },
    {
      name: 'wasm',
      available: wasm.simd,
      note: wasm.simd ? 'WebAssembly with 128-bit SIMD' : 'this engine has no WebAssembly SIMD',
    },
    { name: 'interpreter', available: true, note: 'exact but slow, to check the others against' },
    { name: 'webgpu', available: false, note: 'not in this version yet' },
  ]
}

function machineCodeNote({ avx512, l1, l2 }: ProcessorFeatures): string {
  const kib = (bytes: number | undefined): string => (bytes === undefined ? 'unknown' : `${bytes / 1024} KiB`)
  return `machine code for ${avx512 ? 'AVX-512' : 'AVX2'}; caches of a core: ${kib(l1)} and ${kib(l2)}`
}

function dataFolder(): Promise<DataFolder> {
  const { GRADUS_DATA_DIR } = process.env
  if (!GRADUS_DATA_DIR) return Promise.resolve({ role: 'data', path: undefined, exists: false, contents: [] })
  return describeFolder('data', resolve(GRADUS_DATA_DIR))
}

async function describeFolder(role: DataFolder['role'], path: string): Promise<DataFolder> {
  const exists = await access(path).then(
    () => true,
    () => false,
  )
  const entries = exists ? await readdir(path, { withFileTypes: true }).catch(() => []) : []
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const filled = await Promise.all(
    folders.map(async (name) => (await readdir(join(path, name)).catch(() => [])).length > 0),
  )
  return { role, path, exists, contents: folders.filter((_, i) => filled[i]).sort() }
}
