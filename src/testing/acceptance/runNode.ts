import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What a program printed, and how it ended. */
export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** URL of the folder of built files that tests run in. */
export const builtFolder = new URL('../../', import.meta.url).href

/**
 * Runs a module in a Node of its own, as a user's program runs.
 * @param source imports of `'gradus'` are those of the built package
 */
export function runNode(
  source: string,
  { flags = [] }: { readonly flags?: readonly string[] } = {},
): Promise<Outcome> {
  const text = source.replaceAll(/(['"])gradus\1/g, `'${builtFolder}node/index.js'`)
  return run([...flags, '--input-type=module', '-e', text])
}

export interface CommandOptions {
  /** Flags for Node itself. */
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the `gradus` command. */
export const runGradus = (commandLine: string, { flags = [], env }: CommandOptions = {}): Promise<Outcome> =>
  run([...flags, fileURLToPath(new URL('node/gradus.js', builtFolder)), ...commandLine.split(' ')], env)

function run(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const child = spawn(process.execPath, words, { env: { ...process.env, ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data) => (stdout += data))
  child.stderr.on('data', (data) => (stderr += data))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}
