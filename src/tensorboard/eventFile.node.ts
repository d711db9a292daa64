import { type FileHandle, mkdir, open, readdir, rm, stat, truncate } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DataError } from '../errors.js'
import { writeAll } from '../saving/files.node.js'
import { encodeEvent } from './event.js'
import type { SummaryValue } from './summaryValue.js'

/** Milliseconds for which events are gathered: a write for each would take longer than to encode it. */
const GATHERING = 100

/**
 * A file of events that grows. What is added is written in the background, in order, a tenth of a second later; all that came in between goes
 * out at once. A reader may follow.
 */
export class EventFile {
  /** Bytes of all that was added. */
  size = 0
  private waiting: Uint8Array[] = []
  private writing: Promise<void> | undefined
  /** Ends the gathering that is under way. */
  private hurry = () => {}
  private failure: DataError | undefined
  private isFailureKnown = false

  private constructor(
    private readonly folder: string,
    readonly name: string,
    private readonly handle: FileHandle,
  ) {
    this.write({ wallTime: Date.now() / 1000, fileVersion: 'brain.Event:2' })
  }

  /**
   * A new file in a folder, which is made if there is none.
   * @param suffix the end of its name
   * @throws DataError if it cannot be made
   */
  static async create(folder: string, suffix: string): Promise<EventFile> {
    try {
      await mkdir(folder, { recursive: true })
      const name = nextName(await readdir(folder), suffix)
      return new EventFile(folder, name, await open(join(folder, name), 'wx'))
    } catch (cause) {
      throw cannotWrite(folder, cause)
    }
  }

  /** @throws DataError if what was added before could not be written */
  add(step: number, value: SummaryValue): void {
    this.throwFailure()
    this.write({ wallTime: Date.now() / 1000, step, value })
  }

  /** @throws DataError if what was added before could not be written */
  addGraph(graphDef: Uint8Array): void {
    this.throwFailure()
    this.write({ wallTime: Date.now() / 1000, graphDef })
  }

  /**
   * Resolves when all that was added is in the file.
   * @throws DataError if it could not be written
   */
  async flush(): Promise<void> {
    await this.written()
    this.throwFailure()
  }

  /** Closes the file, once all is in it. @throws DataError if something could not be written, unless that was thrown before */
  async close(): Promise<void> {
    await this.written()
    await this.handle.close()
    if (!this.isFailureKnown) this.throwFailure()
  }

  private async written(): Promise<void> {
    this.hurry()
    await this.writing
  }

  private throwFailure(): void {
    if (!this.failure) return
    this.isFailureKnown = true
    throw this.failure
  }

  private write(event: Parameters<typeof encodeEvent>[0]): void {
    const record = encodeEvent(event)
    this.size += record.length
    this.waiting.push(record)
    this.writing ??= this.drain()
  }

  private async drain(): Promise<void> {
    try {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, GATHERING)
        this.hurry = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      while (this.waiting.length > 0) await writeAll(this.handle, this.waiting.splice(0))
    } catch (cause) {
      this.failure = cannotWrite(this.folder, cause)
    } finally {
      this.writing = undefined
    }
  }
}

/** Sizes of event files, by name. */
export type EventFileSizes = Readonly<Record<string, number>>

/**
 * Takes event files of a run back to what they were: those of this suffix are cut to their sizes of then, and removed if there were none.
 * @throws DataError if they cannot be changed
 */
export async function restoreEventFiles(
  folder: string,
  suffix: string,
  sizes: EventFileSizes,
): Promise<void> {
  try {
    const names = await readdir(folder).catch(() => [])
    for (const name of names.filter((each) => isEventFile(each) && each.endsWith(suffix))) {
      const path = join(folder, name)
      if (!Object.hasOwn(sizes, name)) await rm(path)
      else if ((await stat(path)).size > sizes[name]) await truncate(path, sizes[name])
    }
  } catch (cause) {
    throw cannotWrite(folder, cause)
  }
}

const PREFIX = 'events.out.tfevents.'
const isEventFile = (name: string): boolean => name.startsWith(PREFIX)

/**
 * As TensorFlow names event files: seconds since 1970 stand first. TensorBoard reads the files of a folder in the order of their names, and
 * none behind which it has gone; so a new one gets a second that is later than those of all others.
 */
function nextName(names: readonly string[], suffix: string): string {
  const taken = names.filter(isEventFile).map((name) => Number.parseInt(name.slice(PREFIX.length), 10) || 0)
  const seconds = Math.max(Math.floor(Date.now() / 1000), 1 + taken.reduce((a, b) => Math.max(a, b), 0))
  return `${PREFIX}${String(seconds).padStart(10, '0')}.${hostname()}.${process.pid}${suffix}`
}

function cannotWrite(folder: string, cause: unknown): DataError {
  const { code = '', message } = cause as NodeJS.ErrnoException
  return new DataError(`${folder}: events cannot be written: ${reasons[code] ?? message}`, { cause })
}

const reasons: Readonly<Record<string, string>> = {
  EEXIST: 'it is a file. Give the name of a folder.',
  ENOTDIR: 'a part of its path is a file. Give the name of a folder.',
  EACCES: 'this user may not write there.',
  EPERM: 'this user may not write there.',
  EROFS: 'it lies on a read-only disk.',
  ENOSPC: 'the disk is full.',
  EDQUOT: 'the disk is full.',
}
