import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeCpu } from '../cli/doctor/cpu.js'
import { DataError } from '../errors.js'
import type { Task } from './task.js'

/** Scripts and environments of peers: in a checkout of the repository, and no part of the published package. */
export const peersFolder = fileURLToPath(new URL('../../bench/peers/', import.meta.url))

/** A program and the arguments before those of the task. */
export interface Command {
  readonly program: string
  readonly arguments: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/** One way of doing a task, in a process of its own: Gradus on a target, or another library in a mode. */
export interface Peer {
  readonly name: string
  /** What this way is called where the library has several, of which the best counts: `jit`. */
  readonly mode?: string
  /** Tasks that are asked of it. Default: all. */
  takes?(task: Task): boolean
  /** Makes its environment ready, and says how to start it; or why it is absent. */
  prepare(write: (text: string) => void, signal?: AbortSignal): Promise<Command | string>
}

const script = (...path: string[]): string => join(peersFolder, ...path)

const gradus = (target: 'x64' | 'wasm'): Peer => ({
  name: `Gradus, ${target}`,
  async prepare() {
    return {
      program: process.execPath,
      arguments: [script('gradus', 'serveGradus.js')],
      environment: { GRADUS_TARGET: target },
    }
  },
})

interface PackageFile {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

const readPackage = (...path: string[]): PackageFile =>
  JSON.parse(readFileSync(script(...path, 'package.json'), 'utf8')) as PackageFile

/** Whether a folder's packages are installed in the versions that it asks for. */
function isInstalled(folder: string): boolean {
  return Object.entries(readPackage(folder).dependencies ?? {}).every(
    ([name, version]) =>
      existsSync(script(folder, 'node_modules', name, 'package.json')) &&
      readPackage(folder, 'node_modules', name).version === version,
  )
}

/** A peer for Node in a folder with a package of its own, installed without running anything of it. */
const nodePeer = (name: string, folder: string, file: string, takes?: Peer['takes']): Peer => ({
  name,
  takes,
  async prepare(write, signal) {
    if (!isInstalled(folder)) {
      write(`Installing ${name} into bench/peers/${folder}: npm ci\n`)
      const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
      const problem = await run('npm', options, script(folder), signal)
      if (problem !== undefined) return `npm ci failed: ${problem}`
    }
    return { program: process.execPath, arguments: [script(folder, file)] }
  },
})

const keras = (
  backend: 'tensorflow' | 'jax',
  mode: 'jit' | 'no-jit',
  takes?: (task: Task) => boolean,
): Peer => ({
  name: `Keras, ${backend === 'jax' ? 'JAX' : 'TensorFlow'}`,
  mode,
  takes,
  async prepare(write, signal) {
    const stamp = script('keras', `.venv-${backend}`, 'made-from.txt')
    if (!existsSync(stamp)) write(`Making bench/peers/keras/.venv-${backend}: some 300 MB are downloaded\n`)
    let python = ''
    const problem = await run(
      'python3',
      [script('setup.py'), 'keras', backend],
      peersFolder,
      signal,
      (text) => {
        python += text
      },
    )
    if (problem !== undefined) return problem
    return {
      program: python.trim(),
      arguments: [script('keras', 'serve_keras.py')],
      environment: { KERAS_BACKEND: backend },
    }
  },
})

/** An OpenBLAS older than the processor takes its slowest loops: it is told those for AVX-512 where there is AVX-512. */
async function openblas(): Promise<Record<string, string>> {
  const { features = [] } = await describeCpu()
  const isTold = process.env.OPENBLAS_CORETYPE !== undefined
  return !isTold && features.includes('avx512f') ? { OPENBLAS_CORETYPE: 'SkylakeX' } : {}
}

/** Prints at how many GFLOP/s PyTorch computes a matrix product. */
const torchProbe = `
import time, torch, numpy
a = torch.rand(512, 512)
a @ a
start = time.perf_counter()
a @ a
print(2 * 512**3 / (time.perf_counter() - start) / 1e9)
`
/** In GFLOP/s: loops that no vector and no cache was thought of for, which Debian installs unless told otherwise, reach less. */
const slowestBlas = 20

/** A Python that has PyTorch: too large, with what its package drags along, to be installed unasked. */
const torch = (mode: 'default' | 'channels-last'): Peer => ({
  name: 'PyTorch',
  mode,
  // Layouts differ for images alone.
  takes: (task) =>
    mode === 'default' || (task.kind !== 'matmul' && !('model' in task && task.model === 'mlp')),
  async prepare() {
    const pythons = [process.env.GRADUS_BENCH_TORCH, 'python3', '/usr/bin/python3'].filter(
      (name) => name !== undefined,
    )
    let slow: string | undefined
    for (const program of pythons) {
      const { status, stdout } = spawnSync(program, ['-c', torchProbe], { encoding: 'utf8' })
      if (status !== 0) continue
      const speed = Number(stdout)
      if (speed >= slowestBlas)
        return { program, arguments: [script('torch', 'serve_torch.py')], environment: await openblas() }
      slow ??= `that of ${program} computes matrix products at ${speed.toFixed(0)} GFLOP/s, as the reference BLAS does (apt install libopenblas0-pthread)`
    }
    return (
      slow ??
      'no Python here imports torch and numpy (apt install python3-torch libopenblas0-pthread, or set GRADUS_BENCH_TORCH to a Python that does)'
    )
  },
})

/** What takes minutes in plain JavaScript is left out. */
const quickInJavaScript = (task: Task): boolean => {
  if (task.kind === 'matmul') return task.size <= 1024
  if (task.kind !== 'train' && task.kind !== 'predict') return false
  return task.model === 'mlp' || (task.model === 'lenet' && task.batch <= 128)
}

/** Gradus's own ways of doing tasks. */
export const ownPeers = { x64: gradus('x64'), wasm: gradus('wasm') } as const

/** TensorFlow.js and jax-js, whose users Gradus is for. */
export const scriptPeers: readonly Peer[] = [
  nodePeer('jax-js', 'jaxjs', 'serveJaxjs.js', quickInJavaScript),
  nodePeer('TensorFlow.js', 'tfjs', 'serveTfjs.js', quickInJavaScript),
]

/** All that Gradus is measured beside. */
export const suitePeers: readonly Peer[] = [
  keras('tensorflow', 'jit'),
  keras('tensorflow', 'no-jit'),
  keras('jax', 'jit'),
  // Op by op, JAX is slower by far; it is shown where that is seen in seconds.
  keras('jax', 'no-jit', (task) => task.kind === 'train' && task.model !== 'resnet20' && task.batch === 128),
  torch('default'),
  torch('channels-last'),
  nodePeer(
    'ONNX Runtime',
    'onnxruntime',
    'serveOnnxruntime.js',
    ({ kind }) => kind === 'predict' || kind === 'matmul',
  ),
  ...scriptPeers,
]

/**
 * @param user what needs the folder
 * @throws DataError outside a checkout of the repository
 */
export function checkPeersFolder(user: string): void {
  if (existsSync(script('serve.js'))) return
  throw new DataError(
    `bench: ${user} needs bench/peers, which is no part of the published package. Run it in a checkout of the repository.`,
  )
}

/** Runs a program to its end. Returns what it complained of if it failed. */
function run(
  program: string,
  words: readonly string[],
  folder: string,
  signal?: AbortSignal,
  onOutput: (text: string) => void = () => {},
): Promise<string | undefined> {
  const child = spawn(program, words, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    signal,
  })
  let errors = ''
  child.stdout.on('data', (data) => onOutput(String(data)))
  child.stderr.on('data', (data) => (errors += data))
  return new Promise((resolve) => {
    child.on('error', ({ message }) => resolve(message))
    child.on('close', (code) => resolve(code === 0 ? undefined : errors.trim() || `code ${code}`))
  })
}
