import { existsSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../errors.js'
import { readFile, writeFile } from '../saving/files.js'
import { FolderLock } from '../saving/folderLock.node.js'
import type { SavedTraining } from './trainingState.js'
import { decodeState } from './trainingStateFile.js'

const LATEST = 'latest.safetensors'
const PREVIOUS = 'previous.safetensors'

/** Where states of one run of training are kept. */
export class BackupFolder {
  private lock: FolderLock | undefined

  constructor(
    private readonly folder: string,
    /** Whether the state before the last one is kept. */
    private readonly keepsPrevious: boolean,
  ) {}

  /**
   * The last state, if there is any; the one before, if the last is damaged.
   * @throws StateError if another process works with the folder
   * @throws DataError if there is no state that can be read
   */
  async read(): Promise<SavedTraining | undefined> {
    await FolderLock.check(this.folder)
    const [latest, previous] = [this.path(LATEST), this.path(PREVIOUS)]
    // A process that was killed between two names leaves the one before alone.
    if (!existsSync(latest)) return existsSync(previous) ? readState(previous) : undefined
    try {
      return await readState(latest)
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      if (!existsSync(previous)) {
        throw new DataError(
          `${error.message} There is no state before it (doubleCheckpoint keeps one). To begin anew, delete it, or take another folder.`,
          { cause: error },
        )
      }
      console.warn(`Warning: ${error.message} Training goes on from the state before it, ${previous}.`)
      return readState(previous)
    }
  }

  /** @throws StateError if another process works with the folder, DataError if nothing can be written */
  async open(): Promise<void> {
    this.lock = await FolderLock.acquire(this.folder)
  }

  async close(): Promise<void> {
    await this.lock?.release()
    this.lock = undefined
  }

  /** Keeps a state, in the place of the last one: wholly or, after an error, not at all. */
  async write(parts: readonly Uint8Array[]): Promise<void> {
    await writeFile(this.path(LATEST), parts, this.keepsPrevious ? { keepAs: this.path(PREVIOUS) } : {})
  }

  /** Deletes the states, and the folder, if nothing else is in it. */
  async delete(): Promise<void> {
    // In this order: one before that is left alone would be gone on from.
    for (const name of [PREVIOUS, LATEST]) await rm(this.path(name), { force: true })
    await this.close()
    await rmdir(this.folder).catch(() => {})
  }

  private path(name: string): string {
    return join(this.folder, name)
  }
}

const readState = async (path: string): Promise<SavedTraining> => ({
  state: decodeState(await readFile(path), path),
  source: path,
})
