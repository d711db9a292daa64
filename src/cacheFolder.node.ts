import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/** `$GRADUS_CACHE_DIR`, or the folder for caches that the operating system's convention names. */
export function cacheFolder(): string {
  const { GRADUS_CACHE_DIR, XDG_CACHE_HOME = '', LOCALAPPDATA } = process.env
  if (GRADUS_CACHE_DIR) return resolve(GRADUS_CACHE_DIR)
  // With an empty HOME the folder would lie where the process happens to run.
  const home = homedir() || userInfo().homedir
  if (process.platform === 'win32')
    return join(LOCALAPPDATA || join(home, 'AppData', 'Local'), 'gradus', 'cache')
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches', 'gradus')
  // The convention has paths that are not absolute ignored.
  return join(isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(home, '.cache'), 'gradus')
}

/** Written under another name, synced to the disk, then renamed: a reader never sees half a file. */
export async function writeWhole(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true })
  const temporary = join(folder, `${name}.${randomUUID()}.part`)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, join(folder, name))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
