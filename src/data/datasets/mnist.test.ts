import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { load } from './mnist.js'

const folder = process.env.GRADUS_DATA_DIR
const present = folder !== undefined && existsSync(join(folder, 'mnist', 'train-images-idx3-ubyte.gz'))
const why = present ? '' : ' (skipped: GRADUS_DATA_DIR names no folder with mnist/train-images-idx3-ubyte.gz)'

describe('mnist.load', () => {
  it.skipIf(!present)(`reads the real files${why}`, async () => {
    const { train, test } = await load()
    expect([train.images.shape, test.images.shape]).toEqual([
      [60_000, 28, 28, 1],
      [10_000, 28, 28, 1],
    ])
    expect(Array.from(train.labels.knownData().subarray(0, 5))).toEqual([5, 0, 4, 1, 9])
    expect(Array.from(test.labels.knownData().subarray(0, 5))).toEqual([7, 2, 1, 0, 4])
    const md5 = createHash('md5')
    md5.update(Uint8Array.of(0, 0, 8, 3, 0, 0, 0x27, 0x10, 0, 0, 0, 28, 0, 0, 0, 28))
    md5.update(test.images.knownData())
    expect(md5.digest('hex')).toBe('2646ac647ad5339dbf082846283269ea')
  })
})
