import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { ArgumentError, DataError } from '../errors.js'
import { readFile, writeFile } from '../saving/files.js'
import { FolderLock } from '../saving/folderLock.node.js'
import { suggestion } from '../utils/nearest.js'
import { type RunConfig, readConfig } from './runConfig.js'

const CONFIG = 'config.json'

/** The folder of one run of training: what it was started with, its log, its models, and the state to go on from. */
export class RunFolder {
  private constructor(
    /** Relative to where the command runs: `runs/lenet-1`. */
    readonly path: string,
    readonly config: RunConfig,
    private readonly lock: FolderLock,
  ) {}

  /** @throws ArgumentError if there is a run of this name */
  static checkName(runs: string, name: string): void {
    const path = join(runs, name)
    if (!existsSync(path)) return
    throw new ArgumentError(
      `${path}: there is a run of this name. Continue it with --resume, or begin another with --run and a new name.`,
    )
  }

  /**
   * A new folder.
   * @param name default: the model's name with the next number that is free
   * @throws ArgumentError if there is one of this name
   */
  static async create(runs: string, name: string | undefined, config: RunConfig): Promise<RunFolder> {
    await made(runs, true)
    const path = join(runs, name ?? (await freeName(runs, basename(config.model, extname(config.model)))))
    if (!(await made(path))) {
      if (name !== undefined) RunFolder.checkName(runs, name)
      // Another process took the number first.
      return RunFolder.create(runs, name, config)
    }
    const folder = new RunFolder(path, config, await FolderLock.acquire(path))
    await folder.write(config)
    return folder
  }

  /**
   * The folder of a run to go on with.
   * @param name default: the run that was worked on last
   * @throws ArgumentError if there is none, with the names of those that there are
   * @throws StateError if another process works on it
   */
  static async open(runs: string, name: string | undefined): Promise<RunFolder> {
    const names = await namesIn(runs)
    if (names.length === 0)
      throw new ArgumentError(`${runs}: there is no run in this folder that could be resumed.`)
    if (name !== undefined && !names.includes(name)) {
      throw new ArgumentError(`${runs}: there is no run '${name}'. ${suggestion(name, names)}`)
    }
    const path = join(runs, name ?? (await latestOf(runs, names)))
    const lock = await FolderLock.acquire(path)
    try {
      const file = join(path, CONFIG)
      return new RunFolder(path, readConfig(await readFile(file), file), lock)
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  /** A file in it. */
  file(name: string): string {
    return join(this.path, name)
  }

  get name(): string {
    return basename(this.path)
  }

  /** Writes down what the run is started with. */
  write(config: RunConfig): Promise<void> {
    return writeFile(this.file(CONFIG), [new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`)])
  }

  /** Deletes it with all that is in it. */
  remove(): Promise<void> {
    return rm(this.path, { recursive: true })
  }

  /** Lets others work on it. */
  release(): Promise<void> {
    return this.lock.release()
  }
}

/** Makes a folder; false if there is one already. */
async function made(path: string, recursive = false): Promise<boolean> {
  try {
    await mkdir(path, { recursive })
    return true
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && !recursive) return false
    throw new DataError(`${path}: this folder cannot be made (${message}). Take another with --runs.`, {
      cause: error,
    })
  }
}

/** The first of `lenet-1`, `lenet-2`, ... behind all that there are. */
async function freeName(runs: string, base: string): Promise<string> {
  const numbers = (await readdir(runs)).map((name) =>
    name.startsWith(`${base}-`) ? Number(name.slice(base.length + 1)) : 0,
  )
  return `${base}-${Math.max(0, ...numbers.filter(Number.isInteger)) + 1}`
}

/** The runs in a folder: what has a config. */
async function namesIn(runs: string): Promise<string[]> {
  const names = await readdir(runs).catch(() => [])
  const found = await Promise.all(names.map((name) => changedAt(join(runs, name, CONFIG))))
  return names.filter((_, i) => found[i] > 0)
}

async function latestOf(runs: string, names: readonly string[]): Promise<string> {
  const times = await Promise.all(
    names.map(async (name) => {
      const folder = join(runs, name)
      return Math.max(await changedAt(join(folder, CONFIG)), await changedAt(join(folder, 'backup')))
    }),
  )
  return names[times.indexOf(Math.max(...times))]
}

/** When a file was changed last; 0 if there is none. */
const changedAt = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
