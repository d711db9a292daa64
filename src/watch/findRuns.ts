import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DataError } from '../errors.js'

/** A run's files. */
export interface FoundRun {
  /** Its folder, within the folder of runs. */
  readonly name: string
  readonly path: string
  /** Event files, in the order of their names, and what they are of: `train`, `validation`, or nothing. */
  readonly events: readonly { readonly path: string; readonly group: string }[]
  readonly hasLog: boolean
  readonly hasConfig: boolean
}

/** Folders of a run that hold the events of one of its parts, as Keras calls them. */
const groups = ['train', 'validation', 'test', 'eval']
/** How deep runs may lie. */
const DEEPEST = 4

/**
 * The runs in a folder, at any depth that people use: folders with event files, a `log.csv` or a `config.json`. The folder may be a run
 * itself.
 * @throws DataError if it cannot be read
 */
export async function findRuns(folder: string): Promise<FoundRun[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new DataError(`${folder}: ${reasons[cause.code ?? ''] ?? cause.message}`, { cause })
  })
  return runsIn(folder, basename(folder), entries, 0)
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder yet. Train, with npx gradus train lenet, or name the folder of your runs.',
  ENOTDIR: 'is a file. Name the folder of your runs.',
  EACCES: 'this user may not read it. Name a folder that may be read, or change its permissions.',
}

async function runsIn(
  path: string,
  name: string,
  entries: readonly Dirent[],
  depth: number,
): Promise<FoundRun[]> {
  const run = await runAt(path, name, entries)
  if (run) return [run]
  if (depth === DEEPEST) return []
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).sort(byName)
  const found = await Promise.all(
    folders.map(async (entry) => {
      const inner = join(path, entry.name)
      // The folder of runs is no part of their names.
      const innerName = depth === 0 ? entry.name : `${name}/${entry.name}`
      return runsIn(inner, innerName, await entriesOf(inner), depth + 1)
    }),
  )
  return found.flat()
}

/** @returns undefined for a folder that is no run */
async function runAt(path: string, name: string, entries: readonly Dirent[]): Promise<FoundRun | undefined> {
  const has = (file: string) => entries.some((entry) => entry.name === file && entry.isFile())
  const inFolder = entries.some((entry) => entry.name === 'events' && entry.isDirectory())
  const events = [
    ...(await eventsIn(path, entries)),
    ...(inFolder ? await eventsIn(join(path, 'events'), await entriesOf(join(path, 'events'))) : []),
  ]
  const [hasLog, hasConfig] = [has('log.csv'), has('config.json')]
  return events.length > 0 || hasLog || hasConfig ? { name, path, events, hasLog, hasConfig } : undefined
}

/** The event files of a folder, and those of the parts of a run below it. */
async function eventsIn(path: string, entries: readonly Dirent[]): Promise<FoundRun['events']> {
  const parts = entries.filter((entry) => entry.isDirectory() && groups.includes(entry.name))
  const below = await Promise.all(
    parts.map(async ({ name }) => filesIn(join(path, name), await entriesOf(join(path, name)), name)),
  )
  return [...filesIn(path, entries, ''), ...below.flat()]
}

const filesIn = (path: string, entries: readonly Dirent[], group: string): FoundRun['events'] =>
  entries
    .filter((entry) => entry.isFile() && entry.name.includes('tfevents'))
    .sort(byName)
    .map(({ name }) => ({ path: join(path, name), group }))

/** `lenet-2` before `lenet-10`. */
const byName = (a: Dirent, b: Dirent): number => naturally.compare(a.name, b.name)

const naturally = new Intl.Collator('en', { numeric: true })

/** What is in a folder; nothing, if it went away meanwhile. */
const entriesOf = (path: string): Promise<Dirent[]> => readdir(path, { withFileTypes: true }).catch(() => [])
