import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { foldInKey, hostRandomUniform, keyFromSeed } from '../../ops/hostRandom.js'
import { runGradus } from './command.js'
import { type RunContents, readRun } from './runContents.js'

/** LeNet on a few digits: 4 epochs of 29 steps, with a checkpoint every 10 steps. */
const lenet = [
  ...['train', 'lenet', '--limit', '2000', '--batch-size', '64', '--validation-split', '0.1'],
  ...['--epochs', '4', '--checkpoint-every', '10'],
]

export interface KillOptions {
  /** How many processes are killed. */
  readonly kills: number
  readonly seed: number
  /** An empty folder. */
  readonly folder: string
  readonly log?: (line: string) => void
}

export interface KillReport {
  /** Processes that were killed while they trained, or tested what they had trained. */
  readonly kills: number
  /** Runs that were resumed and compared. */
  readonly runs: number
}

/**
 * Kills runs of training at random moments with SIGKILL, looks at all their files, resumes them (and kills some of them once more), and
 * compares what they end with, bit for bit, with a run that was left alone.
 * @throws an error naming the run whose files could not be read, or which ended otherwise
 */
export async function killRuns({ kills, seed, folder, log = () => {} }: KillOptions): Promise<KillReport> {
  const random = (n: number) => hostRandomUniform(foldInKey(keyFromSeed(seed), n), 2)
  const whole = await reference(folder)
  log(`A run that is left alone trains for ${whole.milliseconds.toFixed(0)} ms.`)
  let [killed, runs, draws] = [0, 0, 0]
  while (killed < kills) {
    const name = `run-${runs++}`
    let words = [...lenet, '--runs', folder, '--run', name]
    // How much of the run is left, if it goes as fast as the one that was left alone.
    let left = whole.milliseconds
    for (let isOver = false; !isOver; ) {
      const [moment, again] = random(draws++)
      const delay = moment * left
      left -= delay
      const wasKilled = await startAndKill(words, delay)
      if (wasKilled) killed++
      const files = await expectReadable(join(folder, name))
      log(
        `${name}: ${wasKilled ? 'killed' : 'ended'} ${delay.toFixed(0)} ms after it began to train; ${files} files, all whole`,
      )
      if (files > 0) words = ['train', '--resume', '--runs', folder, '--run', name]
      isOver = !wasKilled || again > 0.3 || killed === kills
    }
    await expectSame(words, join(folder, name), whole)
    log(`${name}: resumed; it ended as the one that was left alone`)
  }
  return { kills: killed, runs }
}

interface Reference {
  readonly contents: RunContents
  readonly history: unknown
  /** From where training begins to the end of the process. */
  readonly milliseconds: number
}

const trains = /Training with /

async function reference(folder: string): Promise<Reference> {
  let began = 0
  const words = [...lenet, '--runs', folder, '--run', 'reference', '--json']
  const { code, stdout, stderr } = await runGradus(words, {
    during: (text) => {
      if (began === 0 && trains.test(text)) began = performance.now()
    },
  })
  if (code !== 0) throw new Error(`The run that is left alone failed:\n${stderr}`)
  const milliseconds = performance.now() - began
  return { contents: await readRun(join(folder, 'reference')), history: historyIn(stdout), milliseconds }
}

const historyIn = (stdout: string): unknown => (JSON.parse(stdout) as { history: unknown }).history

/** Kills a run so many milliseconds after it began to train; whether it was still running then. */
async function startAndKill(words: readonly string[], delay: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const { code, signal, stderr } = await runGradus([...words, '--json'], {
    during: (text, child) => {
      if (timer === undefined && trains.test(text)) timer = setTimeout(() => child.kill('SIGKILL'), delay)
    },
  })
  clearTimeout(timer)
  if (signal === 'SIGKILL') return true
  if (code === 0) return false
  throw new Error(`A run failed before it was killed:\n${stderr}`)
}

/** How many files there are, after reading them all. */
async function expectReadable(folder: string): Promise<number> {
  const isThere = existsSync(join(folder, 'config.json'))
  return isThere ? Object.keys(await readRun(folder)).length : 0
}

async function expectSame(words: readonly string[], folder: string, whole: Reference): Promise<void> {
  const { code, stdout, stderr } = await runGradus([...words, '--json'])
  if (code !== 0) throw new Error(`${folder}: could not be resumed:\n${stderr}`)
  const contents = await readRun(folder)
  const names = Object.keys({ ...whole.contents, ...contents })
  const other = names.find((name) => !isDeepStrictEqual(contents[name], whole.contents[name]))
  if (other !== undefined) throw new Error(`${folder}: ${other} is not what it is without interruption.`)
  if (!isDeepStrictEqual(historyIn(stdout), whole.history)) {
    throw new Error(`${folder}: the history is not what it is without interruption:\n${stdout}`)
  }
}
