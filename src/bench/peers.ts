import { type ChildProcess, fork, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DataError, GradusError } from '../errors.js'
import type { Subject } from './measureInTurns.js'

/** Another library that does the same training step, in a process of its own. */
export interface Peer {
  readonly name: string
  /** The npm package whose version is shown. */
  readonly package: string
  /** The script in `bench/peers`. */
  readonly script: string
}

export const lenetPeers: readonly Peer[] = [
  { name: 'jax-js (WASM)', package: '@jax-js/jax', script: 'jaxjs.js' },
  { name: 'TensorFlow.js (CPU)', package: '@tensorflow/tfjs-core', script: 'tfjs.js' },
]

const folder = fileURLToPath(new URL('../../bench/peers/', import.meta.url))

/**
 * Installs the peers' package, unless the versions it asks for are there.
 * @param write where npm's output and what is done is told
 * @throws DataError outside a checkout of the repository, GradusError if npm fails
 */
export async function installPeers(write: (text: string) => void): Promise<void> {
  if (!existsSync(join(folder, 'package.json'))) {
    throw new DataError(
      'bench: --peers needs bench/peers, which is no part of the published package. Run it in a checkout of the repository.',
    )
  }
  const { dependencies } = readPackage('package.json')
  const complete = Object.entries(dependencies ?? {}).every(
    ([name, version]) => installedVersion(name) === version,
  )
  if (complete) return
  write('Installing the peers into bench/peers/node_modules: npm ci\n')
  const npm = spawn('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  })
  let errors = ''
  npm.stderr.on('data', (data) => (errors += data))
  const code = await new Promise((resolve, reject) => npm.on('error', reject).on('close', resolve))
  if (code !== 0)
    throw new GradusError(`bench: the peers could not be installed; npm ci says:\n${errors.trim()}`)
}

interface PackageFile {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

const readPackage = (path: string): PackageFile =>
  JSON.parse(readFileSync(join(folder, path), 'utf8')) as PackageFile

export function installedVersion(name: string): string | undefined {
  const path = join('node_modules', name, 'package.json')
  return existsSync(join(folder, path)) ? readPackage(path).version : undefined
}

/** A peer's process, which runs one step at a time. */
export class PeerProcess implements Subject {
  /** The loss at each step so far. */
  readonly losses: number[] = []
  private waiting: { resolve(loss: number): void; reject(error: unknown): void } | undefined

  private constructor(
    readonly peer: Peer,
    private readonly child: ChildProcess,
  ) {
    child.on('message', (loss: number) => this.waiting?.resolve(loss))
    child.on('error', (error) => this.waiting?.reject(error))
    let printed = ''
    child.stderr?.on('data', (data) => (printed += data))
    child.on('close', (code) =>
      this.waiting?.reject(
        new GradusError(`bench: the process of ${peer.name} ended with code ${code}.\n${printed}`.trimEnd()),
      ),
    )
  }

  get name(): string {
    return this.peer.name
  }

  /** @param signal ends the process */
  static async start(peer: Peer, signal?: AbortSignal): Promise<PeerProcess> {
    // What it prints (advice on faster backends) is shown only if it fails.
    const child = fork(join(folder, peer.script), { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], signal })
    const started = new PeerProcess(peer, child)
    await started.answer()
    return started
  }

  async run(times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      const answer = this.answer()
      this.child.send('step')
      this.losses.push(await answer)
    }
  }

  stop(): void {
    this.waiting = undefined
    this.child.kill()
  }

  private answer(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject }
    })
  }
}
