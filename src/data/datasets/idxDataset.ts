import { DataError } from '../../errors.js'
import { constant } from '../../graph/node.js'
import type { Tensor } from '../../graph/tensor.js'
import { checkOptions, type OptionKeys } from '../../utils/checkOptions.js'
import { download } from './download.js'
import { type DownloadProgress, type FileStore, openStore } from './fileStore.js'
import { gunzip, isGzip } from './gunzip.js'
import { parseIdx } from './idx.js'
import type { ImageDataset, LabelledImages } from './labelledImages.js'

/** A data set of four IDX files, and what identifies them wherever they come from. */
export interface IdxSource {
  /** The name of its folder, and of its loader in `datasets`. */
  readonly name: string
  /** URLs that end with a slash; the file's name and `.gz` follow. */
  readonly mirrors: readonly string[]
  readonly trainImages: IdxFile
  readonly trainLabels: IdxFile
  readonly testImages: IdxFile
  readonly testLabels: IdxFile
}

export interface IdxFile {
  readonly name: string
  /** Size of the uncompressed file. */
  readonly bytes: number
  /** SHA-256 of the uncompressed file, in hexadecimal: the same however it was compressed. */
  readonly sha256: string
}

export interface IdxOptions {
  /** The folder with the four files, as they are or with `.gz`. It is then the only place searched. In browsers a URL. */
  path?: string
  /** Ends a download: `load` then rejects with the signal's reason. */
  signal?: AbortSignal
  /** Called while files are downloaded, instead of the progress bar that Node shows on a terminal. */
  onProgress?: (progress: DownloadProgress) => void
  /** A download ends after this time without a byte, in milliseconds; default 30,000. */
  stallTimeout?: number
}

const idxOptions: OptionKeys<IdxOptions> = { path: true, signal: true, onProgress: true, stallTimeout: true }

/** Finds the four files, or downloads and keeps them, and reads them. */
export async function loadIdxDataset(source: IdxSource, options: IdxOptions = {}): Promise<ImageDataset> {
  checkOptions(options, `${source.name}.load`, "{ path: 'folder' }", idxOptions)
  const store = await openStore(source.name, options.path)
  const load = (file: IdxFile) => loadFile(source, file, store, options)
  // One after the other: a machine without network says so after the first, and one progress bar runs at a time.
  const trainImages = await load(source.trainImages)
  const trainLabels = await load(source.trainLabels)
  const testImages = await load(source.testImages)
  const testLabels = await load(source.testLabels)
  return { train: pair(trainImages, trainLabels), test: pair(testImages, testLabels) }
}

interface LoadedFile {
  readonly path: string
  readonly tensor: Tensor
}

async function loadFile(
  source: IdxSource,
  file: IdxFile,
  store: FileStore,
  options: IdxOptions,
): Promise<LoadedFile> {
  options.signal?.throwIfAborted()
  // Copies of MNIST go round with a dot in the name: train-images.idx3-ubyte.
  const dotted = file.name.replace('-idx', '.idx')
  const names = [`${file.name}.gz`, file.name, `${dotted}.gz`, dotted]
  const found = await store.find(names)
  if (found !== undefined) {
    const bytes = isGzip(found.bytes) ? await gunzip(found.bytes, found.path) : found.bytes
    return { path: found.path, tensor: parseIdx(bytes, found.path) }
  }
  if (options.path !== undefined) {
    throw new DataError(
      `${source.name}.load: expected ${names[0]} or ${names[1]} in ${store.places[0]}, found neither. ` +
        'Leave path away to search the usual places and download what is missing.',
    )
  }
  const { url, bytes } = await fetchFile(source, file, store, options)
  return { path: url, tensor: parseIdx(bytes, url) }
}

/** The uncompressed file from the first mirror that has it as it should be. */
async function fetchFile(
  source: IdxSource,
  file: IdxFile,
  store: FileStore,
  options: IdxOptions,
): Promise<{ url: string; bytes: Uint8Array<ArrayBuffer> }> {
  const failures: string[] = []
  for (const mirror of source.mirrors) {
    const url = `${mirror}${file.name}.gz`
    try {
      const received = await download(url, {
        file: `${file.name}.gz`,
        // Gzip adds a little to data that cannot be packed.
        mostBytes: file.bytes + 1024,
        stallTimeout: options.stallTimeout ?? 30_000,
        signal: options.signal,
        onProgress: options.onProgress ?? store.showProgress,
      })
      const compressed = isGzip(received)
      const bytes = compressed ? await gunzip(received, url) : received
      await check(bytes, file, url)
      await store.keep(compressed ? `${file.name}.gz` : file.name, received)
      return { url, bytes }
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      failures.push(error.message)
    }
  }
  const places = [...store.places, `download:\n     ${failures.join('\n     ')}`]
  throw new DataError(
    `${source.name}.load: ${file.name} is in none of these places:\n` +
      `${places.map((place, k) => `  ${k + 1}. ${place}`).join('\n')}\n` +
      `Put the four files of the data set (with or without .gz) into one of the first two, or go without: ` +
      `datasets.digits.load() draws handwritten digits in the same format, offline.`,
  )
}

async function check(bytes: Uint8Array<ArrayBuffer>, file: IdxFile, url: string): Promise<void> {
  if (bytes.length !== file.bytes) {
    throw new DataError(`${url}: expected ${file.bytes} bytes uncompressed, received ${bytes.length}`)
  }
  if (globalThis.crypto?.subtle === undefined) {
    throw new DataError(
      `${url}: cannot be checked, because this page is not served over https or from localhost`,
    )
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  if (sha256 !== file.sha256) {
    throw new DataError(`${url}: expected SHA-256 ${file.sha256} (uncompressed), received ${sha256}`)
  }
}

/** Images `[n, height, width]` become `[n, height, width, 1]`. */
function pair(images: LoadedFile, labels: LoadedFile): LabelledImages {
  const { shape } = images.tensor
  if (shape.length !== 3) {
    throw new DataError(
      `${images.path}: expected images [n, height, width], received shape [${shape.join(', ')}].`,
    )
  }
  if (labels.tensor.rank !== 1 || labels.tensor.size !== shape[0]) {
    throw new DataError(
      `${labels.path}: expected ${shape[0]} labels for the images of ${images.path}, ` +
        `received shape [${labels.tensor.shape.join(', ')}]. The two files belong to different data sets.`,
    )
  }
  return { images: constant(images.tensor.knownData(), [...shape, 1], 'uint8'), labels: labels.tensor }
}
