import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DataError, datasets } from '../../index.js'
import { expectRefusal } from './expectRefusal.js'

/** An IDX file of bytes. */
const idx = (shape: readonly number[], data: Uint8Array): Buffer => {
  const header = Buffer.alloc(4 + 4 * shape.length)
  header.writeUInt32BE(0x0800 + shape.length, 0)
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis))
  return Buffer.concat([header, data])
}

/** Noise, so that gzip has something to keep. */
const noise = (size: number) => Uint8Array.from({ length: size }, (_, i) => (i * i * 31 + i * 7) & 255)

const files = {
  'train-images-idx3-ubyte': idx([3, 28, 28], noise(3 * 784)),
  'train-labels-idx1-ubyte': idx([3], new Uint8Array([7, 8, 9])),
  't10k-images-idx3-ubyte': idx([2, 28, 28], noise(2 * 784)),
  't10k-labels-idx1-ubyte': idx([2], new Uint8Array([1, 2])),
}

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-mnist-'))
  vi.stubEnv('GRADUS_CACHE_DIR', join(folder, 'cache'))
  for (const [name, bytes] of Object.entries(files))
    await writeFile(join(folder, `${name}.gz`), gzipSync(bytes))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const load = () => datasets.mnist.load({ path: folder })
const image = 'train-images-idx3-ubyte'

describe('A data file of MNIST', () => {
  it('is read, if it is sound', async () => {
    const { train } = await load()
    expect(train.images.shape).toEqual([3, 28, 28, 1])
    expect(Array.from(await train.labels.data())).toEqual([7, 8, 9])
  })

  it.each([
    [
      'truncated in its compressed form',
      async () => {
        const whole = gzipSync(files[image])
        await writeFile(join(folder, `${image}.gz`), whole.subarray(0, whole.length / 2))
      },
      { expected: /sound gzip file/, received: /unexpected end|truncated|cut off|not/i },
    ],
    [
      'truncated in its plain form',
      async () => {
        await rm(join(folder, `${image}.gz`))
        await writeFile(join(folder, image), files[image].subarray(0, 1000))
      },
      { expected: '2352 bytes of elements', received: 'received 984' },
    ],
    [
      'with one flipped bit in its compressed form',
      async () => {
        const whole = gzipSync(files[image])
        whole[whole.length - 6] ^= 1
        await writeFile(join(folder, `${image}.gz`), whole)
      },
      { expected: /sound gzip file/, received: /not/ },
    ],
    [
      'that is a web page',
      async () => {
        await rm(join(folder, `${image}.gz`))
        await writeFile(join(folder, image), '<html>Not found</html>')
      },
      { expected: 'magic number 0x000008NN', received: 'received 0x3c68746d' },
    ],
    [
      'that is empty',
      async () => {
        await rm(join(folder, `${image}.gz`))
        await writeFile(join(folder, image), '')
      },
      { expected: 'an IDX header of at least 4 bytes', received: 'received 0 bytes' },
    ],
  ])('%s is refused with its path, and nothing is kept', async (_, damage, { expected, received }) => {
    await damage()
    await expectRefusal(load, {
      type: DataError,
      names: join(folder, image),
      expected,
      received,
      fix: /delete it and fetch it again/i,
    })
    await expect(readdir(join(folder, 'cache'))).rejects.toThrow('ENOENT')
  })
})
