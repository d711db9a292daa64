import { ArgumentError } from '../errors.js'

export interface WriteOptions {
  /** Whether a file that is there may be replaced. Default: true. */
  readonly overwrite?: boolean
  /** The path, in the same folder, under which a file that is replaced is kept. Default: none. */
  readonly keepAs?: string
}

/** Reading and writing whole files; Node alone has them. */
interface Files {
  read(path: string): Promise<Uint8Array<ArrayBuffer>>
  write(path: string, parts: readonly Uint8Array[], options: WriteOptions): Promise<void>
  makeFolderOf(path: string): Promise<void>
}

/**
 * The bytes of a file.
 * @throws DataError if there is none, or it cannot be read
 * @throws ArgumentError in a page, which has no files
 */
export const readFile = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
  (await files(path)).read(path)

/**
 * Writes a file whole or not at all: to another name in the same folder, from there to the disk, then renamed. Whenever the
 * process or the machine ends, the old file or the new one is there, never a part; with `keepAs` the old one may have its new name already.
 * @param parts the file's bytes, one piece after another
 * @throws DataError if the folder is missing or read-only, the disk full, or the file there and not to be replaced; what was there
 *   before stays as it was
 * @throws ArgumentError in a page, which has no files
 */
export const writeFile = async (
  path: string,
  parts: readonly Uint8Array[],
  options: WriteOptions = {},
): Promise<void> => (await files(path)).write(path, parts, options)

/**
 * Makes the folder that a file is to be written into, if it is missing.
 * @throws DataError if it cannot be made
 */
export const makeFolderOf = async (path: string): Promise<void> => (await files(path)).makeFolderOf(path)

async function files(path: string): Promise<Files> {
  if (typeof process === 'undefined' || process.versions?.node === undefined) {
    throw new ArgumentError(
      `'${path}': a page has no files. Save with await model.toBytes('keras'), and load with models.loadModel(bytes).`,
    )
  }
  // Out of bundlers' sight: a page has no use for it, and its imports would fail there.
  const nodeFile = './files.node.js'
  const { nodeFiles } = (await import(
    /* webpackIgnore: true */ /* @vite-ignore */ nodeFile
  )) as typeof import('./files.node.js')
  return nodeFiles
}
