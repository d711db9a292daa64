import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../node/gradus.js', import.meta.url))

export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  /** Put in front of the command: `['bash', '-c', 'ulimit -f 1; exec "$@"', 'bash']`. */
  readonly wrapper?: readonly string[]
  /** Who runs it, where the super-user may choose. */
  readonly uid?: number
  /** Is told what was written to standard error so far. */
  readonly during?: (text: string, child: ChildProcess) => void
}

/** Runs `gradus` in a process of its own. */
export function runGradus(words: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  const { wrapper = [], uid, during } = options
  const { GRADUS_TARGET: _target, GRADUS_THREADS: _threads, GRADUS_DEBUG: _debug, ...env } = process.env
  const [program, ...rest] = [...wrapper, process.execPath, main, ...words]
  const child = spawn(program, rest, { env, ...(uid !== undefined && { uid, gid: uid }) })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr += data
    during?.(stderr, child)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}
