import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { cacheFolder, writeWhole } from '../../cacheFolder.node.js'
import type { FileStore, FoundFile } from './fileStore.js'
import { progressBar } from './progressBar.node.js'

/**
 * Files in folders: `path` alone, if given; else `$GRADUS_DATA_DIR/DATASET`, then the cache, in which downloads are kept.
 */
export function folderStore(dataset: string, path: string | undefined): FileStore {
  const cache = join(cacheFolder(), dataset)
  const dataFolder = process.env.GRADUS_DATA_DIR
  const folders =
    path !== undefined ? [resolve(path)] : [...(dataFolder ? [resolve(dataFolder, dataset)] : []), cache]
  const places =
    path !== undefined
      ? folders
      : [
          dataFolder
            ? `${folders[0]} ($GRADUS_DATA_DIR/${dataset})`
            : `$GRADUS_DATA_DIR/${dataset} (GRADUS_DATA_DIR is not set)`,
          `${cache} (the cache; GRADUS_CACHE_DIR moves it)`,
        ]
  return {
    places,
    find: async (names) => {
      for (const folder of folders) {
        for (const name of names) {
          const found = await readIfPresent(join(folder, name))
          if (found !== undefined) return found
        }
      }
      return undefined
    },
    keep: async (name, bytes) => {
      try {
        await writeWhole(cache, name, bytes)
      } catch (error) {
        // The data are here and sound; a full or read-only disk costs the next run a download.
        process.emitWarning(
          `${join(cache, name)} could not be written: ${(error as Error).message}`,
          'GradusWarning',
        )
      }
    },
    showProgress: process.stderr.isTTY ? progressBar(process.stderr) : undefined,
  }
}

async function readIfPresent(path: string): Promise<FoundFile | undefined> {
  try {
    const { buffer, byteOffset, length } = await readFile(path)
    return { path, bytes: new Uint8Array(buffer as ArrayBuffer, byteOffset, length) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
