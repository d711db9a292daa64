import { ArgumentError } from '../errors.js'
import { readFile } from '../saving/files.js'
import { show } from '../utils/show.js'

/** Where a file is: its path, in Node; or its bytes, anywhere. */
export type FileSource = string | Uint8Array | ArrayBuffer | Blob

/** The bytes of a file, which whoever reads them may use up, and what errors call it. */
export async function bytesFrom(
  source: FileSource,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly file: string }> {
  if (typeof source === 'string') return { bytes: await readFile(source), file: source }
  const file = 'The given file'
  // Copied: what was given stays the giver's.
  if (source instanceof Uint8Array) return { bytes: new Uint8Array(source), file }
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source.slice()), file }
  if (typeof Blob !== 'undefined' && source instanceof Blob) {
    const { name } = source as Blob & { readonly name?: string }
    return { bytes: new Uint8Array(await source.arrayBuffer()), file: name ?? file }
  }
  throw new ArgumentError(
    `Expected a path or the bytes of a file (Uint8Array, ArrayBuffer or Blob), received ${show(source)}.`,
  )
}
