import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { DataError, StateError } from '../errors.js'

/** The file that says who works in a folder. */
const LOCK = '.lock'

/** A process, wherever it may be. */
interface Holder {
  readonly pid: number
  readonly host: string
  /** When it began, where the system says so: another process may get its number later. */
  readonly began: string | null
}

/** A folder that one process alone works in. What a killed process leaves of it is recognised and taken away. */
export class FolderLock {
  private constructor(private readonly path: string) {}

  /**
   * Takes a folder, which is made if it is missing.
   * @throws StateError if a process that is running has it
   * @throws DataError if nothing can be written there
   */
  static async acquire(folder: string): Promise<FolderLock> {
    const path = lockOf(folder)
    try {
      await mkdir(resolve(folder), { recursive: true })
      const text = JSON.stringify(await thisProcess())
      while (!(await created(path, text))) await removeStale(folder)
      return new FolderLock(path)
    } catch (error) {
      if (error instanceof StateError) throw error
      throw new DataError(
        `${folder}: nothing can be written into this folder (${(error as Error).message}). Change its permissions, or take another.`,
        { cause: error },
      )
    }
  }

  /**
   * That no process has a folder.
   * @throws StateError if one has
   */
  static async check(folder: string): Promise<void> {
    const text = await lockText(folder)
    if (text !== undefined) await refuseIfHeld(folder, text)
  }

  async release(): Promise<void> {
    await rm(this.path, { force: true })
  }
}

const lockOf = (folder: string): string => join(resolve(folder), LOCK)

/** Makes a file, unless there is one. */
async function created(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function removeStale(folder: string): Promise<void> {
  const text = await lockText(folder)
  if (text === undefined) return
  await refuseIfHeld(folder, text)
  const path = lockOf(folder)
  const aside = `${path}.${randomUUID()}`
  // Several may find it stale; one moves it.
  await rename(path, aside).catch(ignoreMissing)
  const moved = await contentOf(aside)
  // Another one may have taken the folder since: then it was that one's.
  if (moved !== undefined && moved !== text) await created(path, moved)
  await rm(aside, { force: true })
}

async function refuseIfHeld(folder: string, text: string): Promise<void> {
  const holder = parse(text)
  // Whoever made it was killed before writing into it.
  if (!holder) return
  const { pid, host } = holder
  if (host !== hostname()) {
    throw new StateError(
      `${folder}: is in use by process ${pid} on ${host}, which cannot be looked at from here. Take another folder; or, if that process is no ` +
        `more, delete ${lockOf(folder)}.`,
    )
  }
  if (!(await isRunning(holder))) return
  throw new StateError(
    `${folder}: is in use by process ${pid}${pid === process.pid ? ', this one' : ''}. Wait for it, end it, or take another folder.`,
  )
}

/** The lock's text; where it is empty, a moment is left to who is making it. */
async function lockText(folder: string): Promise<string | undefined> {
  for (let wait = 10; ; wait *= 2) {
    const text = await contentOf(lockOf(folder))
    if (text !== '' || wait > 1000) return text
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}

const contentOf = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(ignoreMissing)

function parse(text: string): Holder | undefined {
  try {
    const { pid, host, began } = JSON.parse(text) as Partial<Holder>
    return typeof pid === 'number' && typeof host === 'string'
      ? { pid, host, began: began ?? null }
      : undefined
  } catch {
    return undefined
  }
}

const thisProcess = async (): Promise<Holder> => ({
  pid: process.pid,
  host: hostname(),
  began: (await statusOf(process.pid))?.began ?? null,
})

async function isRunning({ pid, began }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // There is one, of another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const status = await statusOf(pid)
  if (!status) return true
  return !status.isZombie && (began === null || began === status.began)
}

/** What Linux says of a process; elsewhere nothing. */
async function statusOf(
  pid: number,
): Promise<{ readonly began: string; readonly isZombie: boolean } | undefined> {
  if (process.platform !== 'linux') return undefined
  const text = await contentOf(`/proc/${pid}/stat`).catch(() => undefined)
  // The name, in brackets, may hold anything; behind it follow the state and, as the 22nd field of all, the time of its beginning.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields && { began: fields[19], isZombie: fields[0] === 'Z' }
}
