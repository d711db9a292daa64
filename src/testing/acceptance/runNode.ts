import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
 * @param options `cwd`: the folder that it runs in. Default: that of the tests. `env`: variables besides those of the tests
 */
export function runNode(
  source: string,
  { flags = [], cwd, env }: CommandOptions & { readonly cwd?: string } = {},
): Promise<Outcome> {
  const text = source.replaceAll(/(['"])gradus\1/g, `'${builtFolder}node/index.js'`)
  return run([...flags, '--input-type=module', '-e', text], { cwd, env })
}

export interface CommandOptions {
  /** Flags for Node itself. */
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the `gradus` command, in a folder that is deleted afterwards. */
export async function runGradus(
  commandLine: string,
  { flags = [], env }: CommandOptions = {},
): Promise<Outcome> {
  const command = fileURLToPath(new URL('node/gradus.js', builtFolder))
  const cwd = await mkdtemp(join(tmpdir(), 'gradus-command-'))
  try {
    return await run([...flags, command, ...commandLine.split(' ')], { env, cwd })
  } finally {
    await rm(cwd, { recursive: true })
  }
}

function run(
  words: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Outcome> {
  const child = spawn(process.execPath, words, { cwd, env: { ...process.env, ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data) => (stdout += data))
  child.stderr.on('data', (data) => (stderr += data))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}
