import { type Argument, InvalidArgumentError, Option } from 'commander'
import { configure, type ExecutorOptions } from '../graph/executor.js'
import { tuningLine } from '../runtime/tuningLine.js'
import { nearest } from '../utils/nearest.js'

/** A parser for whole numbers in a range. */
export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
    throw new InvalidArgumentError(`Expected a whole number ${range}.`)
  }

/** A parser for whole numbers with commas between: `1,2,4`. */
export const wholeNumbers =
  (least: number, most?: number) =>
  (text: string): number[] =>
    text.split(',').map(wholeNumber(least, most))

/** A parser for paths: an empty one is most often a variable of the shell that is not set. */
export function path(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('Expected a path, received nothing.')
}

/** A parser for the name of a run, which is that of a folder. */
export function runName(text: string): string {
  if (text.trim() !== '' && !/[\\/]/.test(text) && text !== '.' && text !== '..') return text
  throw new InvalidArgumentError('Expected a name without slashes; --runs is for the folder that it is in.')
}

/** An option or argument that is one of these words; the nearest is offered for another. */
export function oneOf<O extends Option | Argument>(option: O, known: readonly string[]): O {
  option.choices(known).argParser((word: string) => {
    if (known.includes(word)) return word
    const guess = nearest(word, known)
    const offer = guess === undefined ? '' : `Did you mean ${guess}? `
    throw new InvalidArgumentError(`${offer}Allowed choices are ${known.join(', ')}.`)
  })
  return option
}

/** A parser for names with commas between. */
export const namesOf =
  <Name extends string>(known: readonly Name[]) =>
  (text: string): Name[] =>
    text.split(',').map((word) => {
      const name = known.find((each) => each === word)
      if (name !== undefined) return name
      const guess = nearest(word, known)
      const offer = guess === undefined ? '' : `Did you mean ${guess}? `
      throw new InvalidArgumentError(`${offer}Expected some of ${known.join(',')}.`)
    })

/** Parses a part of a whole: 0 to below 1. */
export function fraction(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= 0 && value < 1) return value
  throw new InvalidArgumentError('Expected a number from 0 to below 1.')
}

export const mostThreads = 256

export interface ExecutorArguments {
  readonly target?: ExecutorOptions['target']
  readonly threads?: number
  readonly tune?: true
}

export const targetOption = (): Option =>
  oneOf(new Option('--target <name>', 'what computes (default: auto)'), [
    'auto',
    'x64',
    'wasm',
    'interpreter',
  ])

export const threadsOption = (): Option =>
  new Option('--threads <n>', 'worker threads (default: as many as there are cores)').argParser(
    wholeNumber(1, mostThreads),
  )

export const tuneOption = (): Option =>
  new Option('--tune', 'measure how products and convolutions are best cut, at first (kept for later runs)')

/** What `--tune` asks for. What is said on the command line goes before the environment. */
export function chosenTune({ tune }: Pick<ExecutorArguments, 'tune'>): ExecutorOptions['tune'] {
  if (!tune) return undefined
  delete process.env.GRADUS_TUNE
  return { onProgress: tuningLine(process.stderr) }
}

/** Chooses target, threads and tuning for all that follows. What is said on the command line goes before the environment. */
export async function configureExecutor({ target, threads, tune }: ExecutorArguments): Promise<void> {
  if (target !== undefined) delete process.env.GRADUS_TARGET
  if (threads !== undefined) delete process.env.GRADUS_THREADS
  await configure({ target, threads, tune: chosenTune({ tune }) })
}
