import { randomBytes } from 'node:crypto'
import { type FileHandle, link, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DataError } from '../errors.js'
import type { WriteOptions } from './files.js'

export const nodeFiles = { read, write, makeFolderOf }

async function read(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const file = await open(path, 'r')
    try {
      // In pieces: readFile refuses files of more than 2 GiB.
      const bytes = new Uint8Array((await file.stat()).size)
      let at = 0
      while (at < bytes.length) {
        const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, 2 ** 30), at)
        if (bytesRead === 0) break
        at += bytesRead
      }
      return bytes.subarray(0, at)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw new DataError(`${path}: ${readFailure(error as NodeJS.ErrnoException)}`, { cause: error })
  }
}

function readFailure({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file.'
  if (code === 'EISDIR') return 'expected a file, found a folder.'
  if (code === 'EACCES' || code === 'EPERM') return 'you may not read this file.'
  return `could not be read (${message}).`
}

async function write(
  path: string,
  parts: readonly Uint8Array[],
  { overwrite = true, keepAs }: WriteOptions,
): Promise<void> {
  try {
    const target = await followLinks(path)
    // Looked at before anything is written, and once more when it is given its name.
    if (target.exists && !overwrite) throw Object.assign(new Error('it exists'), { code: 'EEXIST' })
    await removeLeftovers(target.path)
    await writeWhole(target, parts, { overwrite, keepAs })
  } catch (error) {
    const bytes = parts.reduce((size, part) => size + part.byteLength, 0)
    throw new DataError(`${path}: ${writeFailure(error as NodeJS.ErrnoException, path, bytes)}`, {
      cause: error,
    })
  }
}

interface Target {
  readonly path: string
  readonly mode: number
  readonly exists: boolean
}

/** Where the bytes go: through a link to what it stands for, which keeps its permissions. */
async function followLinks(path: string): Promise<Target> {
  try {
    const target = await realpath(path)
    const status = await stat(target)
    if (status.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' })
    return { path: target, mode: status.mode, exists: true }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { path, mode: 0o666, exists: false }
  }
}

/** Writes bytes, one piece after another, at the place that the file has come to: by one call, unless the system takes less at once. */
export async function writeAll(file: FileHandle, parts: readonly Uint8Array[]): Promise<void> {
  for (let left = [...parts]; left.length > 0; ) {
    let { bytesWritten } = await file.writev(left)
    left = left.flatMap((part) => {
      const done = Math.min(part.length, bytesWritten)
      bytesWritten -= done
      return done < part.length ? [part.subarray(done)] : []
    })
  }
}

async function writeWhole(
  { path, mode, exists }: Target,
  parts: readonly Uint8Array[],
  { overwrite, keepAs }: WriteOptions,
): Promise<void> {
  const temporary = join(dirname(path), temporaryName(basename(path)))
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await writeAll(file, parts)
      await file.sync()
    } finally {
      await file.close()
    }
    if (exists && keepAs !== undefined) await rename(path, keepAs)
    await (overwrite ? rename : renameToNew)(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/**
 * Gives a file a name that no other one has. Several may try at once: one comes first.
 * @throws an error EEXIST if there is such a file
 */
async function renameToNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw error
    // Where files have no second names, an empty one takes the name first.
    await (await open(to, 'wx')).close()
    await rename(from, to)
    return
  }
  await rm(from)
}

/** The new name is on the disk only when the folder is. Windows has no such thing. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Says whose it is, so that what a killed process leaves behind can be told from what another one is writing. */
const temporaryName = (name: string): string =>
  `.${name}.${process.pid}-${randomBytes(4).toString('hex')}.part`

/** Removes what processes that are no more have left of this file. */
async function removeLeftovers(path: string): Promise<void> {
  const [folder, prefix] = [dirname(path), `.${basename(path)}.`]
  // A folder that may be written but not listed is no reason to fail.
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(prefix)) continue
    const writer = /^(\d+)-[0-9a-f]{8}\.part$/.exec(name.slice(prefix.length))?.[1]
    if (writer !== undefined && !isRunning(Number(writer))) await rm(join(folder, name), { force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // There is one, of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function makeFolderOf(path: string): Promise<void> {
  const folder = dirname(path)
  try {
    await mkdir(folder, { recursive: true })
  } catch (error) {
    throw new DataError(`${folder}: the folder cannot be made (${(error as Error).message}).`, {
      cause: error,
    })
  }
}

function writeFailure({ code, message }: NodeJS.ErrnoException, path: string, bytes: number): string {
  const kept = 'If there was a file before, it is as it was.'
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return `the disk has no room for ${bytes} bytes. ${kept} Make room, or save elsewhere.`
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `you may not write into the folder ${dirname(path)}. ${kept} Save elsewhere, or change the folder's permissions.`
    case 'ENOENT':
    case 'ENOTDIR':
      return `there is no folder ${dirname(path)}. Make it first.`
    case 'EEXIST':
      return 'there is such a file already. Save under another name, or with { overwrite: true }.'
    case 'EISDIR':
      return 'expected a file to write, found a folder of this name.'
    default:
      return `could not be written (${message}). ${kept}`
  }
}
