import { DataError } from '../../errors.js'

/** Whether the bytes begin like a gzip file. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** Deflate packs at most 1,032 bytes into one (RFC 1951: 258 bytes in two bits). */
const greatestRatio = 1032

/**
 * Unpacks a gzip file of one member with the platform's own decompressor.
 *
 * @param name the file's name or path, for messages
 * @throws DataError when the file is damaged: cut off, or its checksum does not fit
 */
export async function gunzip(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const damaged = (why: string): DataError =>
    new DataError(`${name}: not a sound gzip file (${why}). Delete it and fetch it again.`)
  if (!isGzip(bytes) || bytes.length < 18) throw damaged(`${bytes.length} bytes without a whole gzip header`)
  // The last four bytes tell the unpacked size, so that the result is allocated once. They lie in a damaged file.
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true)
  if (size > bytes.length * greatestRatio) throw damaged(`its end claims ${size} bytes of content`)
  const result = new Uint8Array(size)
  let filled = 0
  try {
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader()
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      if (filled + chunk.value.length > size) {
        await reader.cancel()
        throw damaged(`its end claims ${size} bytes of content, there are more`)
      }
      result.set(chunk.value, filled)
      filled += chunk.value.length
    }
  } catch (error) {
    if (error instanceof DataError) throw error
    throw damaged(error instanceof Error ? error.message : String(error))
  }
  if (filled !== size) throw damaged(`its end claims ${size} bytes of content, there are ${filled}`)
  return result
}
