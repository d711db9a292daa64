import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { GradusError } from '../errors.js'
import type { Command, Peer } from './peer.js'
import type { Task } from './task.js'

interface Reply {
  /** The first message: one unit of the task was done. */
  readonly ready?: true
  readonly version?: string
  /** The first message instead: why the task cannot be done. */
  readonly absent?: string
  /** Milliseconds of a unit. */
  readonly ms?: number
}

export interface PeerProcessOptions {
  readonly threads: number
  readonly signal?: AbortSignal
  /** Milliseconds within which the first unit must be done. */
  readonly patience?: number
}

const defaultPatience = 180_000

/**
 * A peer doing one task, in a process of its own: it answers on descriptor 3, as `bench/peers/serve.js` and `serve.py` say,
 * and works only when it is asked to.
 */
export class PeerProcess {
  /** From starting the process to the end of its first unit: what a user waits for. */
  firstMs = 0
  version = ''
  private waiting: { resolve(reply: Reply): void; reject(error: Error): void } | undefined
  private printed = ''

  private constructor(
    readonly peer: Peer,
    private readonly child: ChildProcess,
  ) {
    const answers = child.stdio[3] as Readable
    createInterface({ input: answers }).on('line', (line) => this.waiting?.resolve(JSON.parse(line) as Reply))
    // What it prints, such as advice on faster backends, is shown only if it fails.
    child.stderr?.on('data', (data) => {
      this.printed = (this.printed + data).slice(-2000)
    })
    child.on('error', (error) => this.waiting?.reject(error))
    child.on('close', (code, signal) =>
      this.waiting?.reject(
        new GradusError(`it ended with ${signal ?? `code ${code}`}\n${this.printed}`.trimEnd()),
      ),
    )
  }

  get name(): string {
    return this.peer.name
  }

  /** Starts a peer and has it do one unit; or says why it does not. */
  static async start(
    peer: Peer,
    command: Command,
    task: Task,
    { threads, signal, patience = defaultPatience }: PeerProcessOptions,
  ): Promise<PeerProcess | string> {
    const begin = performance.now()
    const words = [
      ...command.arguments,
      JSON.stringify(task),
      ...(peer.mode === undefined ? [] : [peer.mode]),
    ]
    const count = String(threads)
    const child = spawn(command.program, words, {
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...command.environment, GRADUS_BENCH_THREADS: count, OMP_NUM_THREADS: count },
      signal,
    })
    const started = new PeerProcess(peer, child)
    const timer = setTimeout(() => {
      started.waiting?.reject(new GradusError(`its first run took more than ${patience / 1000} s`))
    }, patience)
    try {
      const { absent, version = '' } = await started.answer()
      if (absent !== undefined) {
        started.stop()
        return absent
      }
      started.firstMs = performance.now() - begin
      started.version = version
      return started
    } catch (error) {
      started.stop()
      signal?.throwIfAborted()
      return error instanceof Error ? error.message : String(error)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Does so many units. Returns the milliseconds of one. */
  async sample(units: number): Promise<number> {
    const answer = this.answer()
    this.child.stdin?.write(`${units}\n`)
    return (await answer).ms ?? Number.NaN
  }

  async run(times: number): Promise<void> {
    await this.sample(times)
  }

  /** The most memory that it ever had resident; undefined where the system does not say. */
  peakBytes(): number | undefined {
    if (process.platform !== 'linux') return undefined
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8')
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(status) ?? []
    return kilobytes === undefined ? undefined : 1024 * Number(kilobytes)
  }

  stop(): void {
    this.waiting = undefined
    this.child.kill('SIGKILL')
  }

  private answer(): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject }
    })
  }
}
