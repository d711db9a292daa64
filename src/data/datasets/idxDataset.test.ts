import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DataError } from '../../errors.js'
import type { DownloadProgress } from './fileStore.js'
import { type IdxFile, type IdxSource, loadIdxDataset } from './idxDataset.js'

/** A small data set: 3 training and 2 test images of 2 x 2 pixels, whose values begin at `first`. */
const filesOf = (first = 0): Record<string, Buffer> => ({
  'train-images-idx3-ubyte': Buffer.from([
    0,
    0,
    8,
    3,
    0,
    0,
    0,
    3,
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    2,
    first,
    ...new Array(11).keys(),
  ]),
  'train-labels-idx1-ubyte': Buffer.from([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]),
  't10k-images-idx3-ubyte': Buffer.from([
    0,
    0,
    8,
    3,
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    2,
    ...new Array(8).keys(),
  ]),
  't10k-labels-idx1-ubyte': Buffer.from([0, 0, 8, 1, 0, 0, 0, 2, 1, 2]),
})
const files = filesOf()
const identify = (name: string): IdxFile => ({
  name,
  bytes: files[name].length,
  sha256: createHash('sha256').update(files[name]).digest('hex'),
})
const sourceAt = (...mirrors: string[]): IdxSource => ({
  name: 'tiny',
  mirrors,
  trainImages: identify('train-images-idx3-ubyte'),
  trainLabels: identify('train-labels-idx1-ubyte'),
  testImages: identify('t10k-images-idx3-ubyte'),
  testLabels: identify('t10k-labels-idx1-ubyte'),
})
const firstPixel = (loaded: Awaited<ReturnType<typeof loadIdxDataset>>) => loaded.train.images.knownData()[0]

let folder: string
let servers: Server[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-data-'))
  servers = []
  vi.stubEnv('GRADUS_DATA_DIR', join(folder, 'data'))
  vi.stubEnv('GRADUS_CACHE_DIR', join(folder, 'cache'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  await rm(folder, { recursive: true })
})

const put = async (place: string, contents: Record<string, Uint8Array>, gzip = true) => {
  await mkdir(join(folder, place), { recursive: true })
  for (const [name, bytes] of Object.entries(contents)) {
    await writeFile(join(folder, place, gzip ? `${name}.gz` : name), gzip ? gzipSync(bytes) : bytes)
  }
}

const serve = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
const nameIn = (url: string | undefined) => (url ?? '').slice(1).replace(/\.gz$/, '')
const serveFiles = (contents: Record<string, Uint8Array>, requests: string[] = []) =>
  serve((request, response) => {
    requests.push(nameIn(request.url))
    const body = gzipSync(contents[nameIn(request.url)])
    response.writeHead(200, { 'content-length': body.length }).end(body)
  })
const unreachable = 'http://127.0.0.1:1/'

describe('loadIdxDataset, searching', () => {
  it('reads images [n, height, width, 1] and labels [n]', async () => {
    await put('data/tiny', files)
    const { train, test } = await loadIdxDataset(sourceAt(unreachable))
    expect([train.images.shape, train.labels.shape]).toEqual([[3, 2, 2, 1], [3]])
    expect([test.images.shape, test.labels.shape]).toEqual([[2, 2, 2, 1], [2]])
    expect(Array.from(train.labels.knownData())).toEqual([7, 8, 9])
    expect(Array.from(test.images.knownData())).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  it('searches $GRADUS_DATA_DIR, then the cache, then downloads', async () => {
    const mirror = await serveFiles(files)
    await put('data/tiny', filesOf(11))
    await put('cache/tiny', filesOf(22))
    expect(firstPixel(await loadIdxDataset(sourceAt(mirror)))).toBe(11)
    vi.stubEnv('GRADUS_DATA_DIR', '')
    expect(firstPixel(await loadIdxDataset(sourceAt(mirror)))).toBe(22)
    vi.stubEnv('GRADUS_CACHE_DIR', join(folder, 'other'))
    expect(firstPixel(await loadIdxDataset(sourceAt(mirror)))).toBe(0)
  })

  it('takes uncompressed files and names with a dot', async () => {
    const dotted = Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name.replace('-idx', '.idx'), bytes]),
    )
    await put('data/tiny', dotted, false)
    expect((await loadIdxDataset(sourceAt(unreachable))).train.images.shape).toEqual([3, 2, 2, 1])
  })

  it('uses path alone when it is given', async () => {
    const requests: string[] = []
    const mirror = await serveFiles(files, requests)
    await put('data/tiny', files)
    await put('mine', filesOf(33))
    expect(firstPixel(await loadIdxDataset(sourceAt(mirror), { path: join(folder, 'mine') }))).toBe(33)
    const missing = loadIdxDataset(sourceAt(mirror), { path: join(folder, 'nowhere') })
    await expect(missing).rejects.toThrow(DataError)
    await expect(missing).rejects.toThrow(
      `expected train-images-idx3-ubyte.gz or train-images-idx3-ubyte in ${join(folder, 'nowhere')}, found neither`,
    )
    expect(requests).toEqual([])
  })

  it('names the file that is damaged', async () => {
    await put('data/tiny', files)
    const path = join(folder, 'data/tiny/t10k-images-idx3-ubyte.gz')
    await writeFile(path, (await readFile(path)).subarray(0, 30))
    await expect(loadIdxDataset(sourceAt(unreachable))).rejects.toThrow(`${path}: not a sound gzip file`)
  })

  it('refuses labels of another data set', async () => {
    await put('data/tiny', { ...files, 'train-labels-idx1-ubyte': Buffer.from([0, 0, 8, 1, 0, 0, 0, 1, 5]) })
    await expect(loadIdxDataset(sourceAt(unreachable))).rejects.toThrow('expected 3 labels')
  })

  it('refuses images that are not a list of pictures', async () => {
    await put('data/tiny', { ...files, 'train-images-idx3-ubyte': files['train-labels-idx1-ubyte'] })
    await expect(loadIdxDataset(sourceAt(unreachable))).rejects.toThrow('expected images [n, height, width]')
  })
})

describe('loadIdxDataset, downloading', () => {
  it('keeps what it fetched, so that the next run needs no network', async () => {
    const requests: string[] = []
    await loadIdxDataset(sourceAt(await serveFiles(files, requests)))
    expect(requests).toEqual(Object.keys(files))
    expect((await readdir(join(folder, 'cache/tiny'))).sort()).toEqual(
      Object.keys(files)
        .map((name) => `${name}.gz`)
        .sort(),
    )
    expect(firstPixel(await loadIdxDataset(sourceAt(unreachable)))).toBe(0)
  })

  it('reports the progress of each file', async () => {
    const last = new Map<string, DownloadProgress>()
    const mirror = await serveFiles(files)
    await loadIdxDataset(sourceAt(mirror), { onProgress: (progress) => last.set(progress.file, progress) })
    expect([...last.keys()]).toEqual(Object.keys(files).map((name) => `${name}.gz`))
    for (const { received, total } of last.values()) expect(received).toBe(total)
  })

  it('turns to the next mirror when one fails or sends another file', async () => {
    const absent = await serve((_, response) => response.writeHead(404).end())
    const wrong = await serveFiles(filesOf(99))
    expect(
      firstPixel(await loadIdxDataset(sourceAt(unreachable, absent, wrong, await serveFiles(files)))),
    ).toBe(0)
  })

  it('keeps nothing of a file with another hash', async () => {
    const loading = loadIdxDataset(sourceAt(await serveFiles(filesOf(99))))
    await expect(loading).rejects.toThrow(
      /expected SHA-256 [0-9a-f]{64} \(uncompressed\), received [0-9a-f]{64}/,
    )
    await expect(readdir(join(folder, 'cache/tiny'))).rejects.toThrow('ENOENT')
  })

  it('refuses a file of another size, too long an answer, and a page in its place', async () => {
    const short = { ...files, 'train-images-idx3-ubyte': files['t10k-labels-idx1-ubyte'] }
    await expect(loadIdxDataset(sourceAt(await serveFiles(short)))).rejects.toThrow('received 10')
    const endless = await serve((_, response) => response.writeHead(200).end(Buffer.alloc(100_000)))
    await expect(loadIdxDataset(sourceAt(endless))).rejects.toThrow('sends more than')
    const portal = await serve((_, response) => response.writeHead(200).end('<html>Please log in</html>'))
    await expect(loadIdxDataset(sourceAt(portal))).rejects.toThrow('bytes uncompressed, received 26')
  })

  it('gives up on a server that falls silent', async () => {
    const silent = await serve((_, response) => response.writeHead(200).write('x'))
    await expect(loadIdxDataset(sourceAt(silent), { stallTimeout: 50 })).rejects.toThrow(
      'no answer for 0.05 s',
    )
  })

  it('rejects with the reason of an abort, and does not try another mirror', async () => {
    const requests: string[] = []
    const abort = new AbortController()
    const silent = await serve(() => abort.abort(new Error('enough')))
    const loading = loadIdxDataset(sourceAt(silent, await serveFiles(files, requests)), {
      signal: abort.signal,
    })
    await expect(loading).rejects.toThrow('enough')
    expect(requests).toEqual([])
    await expect(loadIdxDataset(sourceAt(silent), { signal: abort.signal })).rejects.toThrow('enough')
  })

  it('tells an offline machine all places, and what works offline', async () => {
    vi.stubEnv('GRADUS_DATA_DIR', '')
    const error: unknown = await loadIdxDataset(sourceAt(unreachable)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(DataError)
    const { message } = error as DataError
    expect(message).toContain('tiny.load: train-images-idx3-ubyte is in none of these places:')
    expect(message).toContain('1. $GRADUS_DATA_DIR/tiny (GRADUS_DATA_DIR is not set)')
    expect(message).toContain(`2. ${join(folder, 'cache/tiny')} (the cache; GRADUS_CACHE_DIR moves it)`)
    expect(message).toContain(`${unreachable}train-images-idx3-ubyte.gz: fetch failed (`)
    expect(message).toContain('datasets.digits.load()')
  })

  it('goes on with a warning when the cache cannot be written', async () => {
    await writeFile(join(folder, 'cache'), 'a file where the folder should be')
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    expect(firstPixel(await loadIdxDataset(sourceAt(await serveFiles(files))))).toBe(0)
    expect(warn).toHaveBeenCalledTimes(4)
    expect(warn.mock.calls[0][0]).toContain('could not be written')
    warn.mockRestore()
  })
})
