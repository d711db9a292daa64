import { DataError } from '../../errors.js'
import type { DownloadProgress } from './fileStore.js'

export interface DownloadOptions {
  /** The file's name, for progress and messages. */
  readonly file: string
  /** A longer answer is not the file: the download ends with an error. */
  readonly mostBytes: number
  /** The download ends with an error after this time without a byte, in milliseconds. */
  readonly stallTimeout: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: DownloadProgress) => void
}

/**
 * Fetches a file into memory.
 *
 * @throws DataError saying why, when the server cannot be reached, answers with an error, with too much, or goes silent;
 * the signal's reason, when that ends it
 */
export async function download(url: string, options: DownloadOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { file, mostBytes, stallTimeout, signal, onProgress } = options
  const abort = new AbortController()
  const stop = () => abort.abort(signal?.reason)
  signal?.throwIfAborted()
  signal?.addEventListener('abort', stop, { once: true })
  let timer: ReturnType<typeof setTimeout> | undefined
  const restartTimer = () => {
    clearTimeout(timer)
    const error = new DataError(`${url}: no answer for ${stallTimeout / 1000} s`)
    timer = setTimeout(() => abort.abort(error), stallTimeout)
  }
  try {
    restartTimer()
    const response = await fetch(url, { signal: abort.signal })
    if (!response.ok || response.body === null) throw new DataError(`${url}: HTTP status ${response.status}`)
    const total = wholeLength(response)
    const chunks: Uint8Array[] = []
    let received = 0
    const reader = response.body.getReader()
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      restartTimer()
      chunks.push(chunk.value)
      received += chunk.value.length
      if (received > mostBytes)
        throw new DataError(`${url}: sends more than the ${mostBytes} bytes expected at most`)
      onProgress?.({ file, received, total })
    }
    const bytes = new Uint8Array(received)
    let at = 0
    for (const chunk of chunks) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    return bytes
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof DataError) throw error
    throw new DataError(`${url}: ${reasonOf(error)}`)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
    abort.abort()
  }
}

/** The bytes to come; unknown where the transport packs them, since then the header counts the packed ones. */
function wholeLength(response: Response): number | undefined {
  const length = response.headers.get('content-length')
  return length === null || response.headers.has('content-encoding') ? undefined : Number(length)
}

/** `fetch` says only "fetch failed"; Node tells the reason as the error's cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  return `${error.message} (${cause.message || (cause as { code?: string }).code || cause.name})`
}
