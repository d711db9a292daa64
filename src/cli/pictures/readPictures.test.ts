import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPictures } from './readPictures.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-pictures-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function saved(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

/** Four pixels: red, green, blue, white. */
const colours = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255)
const picture = () => sharp(colours, { raw: { width: 2, height: 2, channels: 3 } })

const idx = (axes: readonly number[], elements: readonly number[]) => {
  const bytes = new Uint8Array(4 + 4 * axes.length + elements.length)
  bytes.set([0, 0, 8, axes.length])
  axes.forEach((axis, i) => {
    new DataView(bytes.buffer).setUint32(4 + 4 * i, axis)
  })
  bytes.set(elements, 4 + 4 * axes.length)
  return bytes
}

describe('readPictures', () => {
  it('reads PNG, whatever the name says', async () => {
    const path = await saved('picture.jpg', await picture().png().toBuffer())
    expect(await readPictures(path)).toEqual([
      { name: path, width: 2, height: 2, channels: 3, data: colours },
    ])
  })

  it('reads JPEG, turned as the camera says', async () => {
    const wide = sharp(Uint8Array.of(0, 0, 0, 0, 255, 255, 255, 255), {
      raw: { width: 8, height: 1, channels: 1 },
    })
    const path = await saved(
      'turned.jpg',
      await wide.withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer(),
    )
    const [{ width, height, data, channels }] = await readPictures(path)
    expect([width, height]).toEqual([1, 8])
    expect([data[0], data[7 * channels]].map((value) => Math.round(value / 255))).toEqual([0, 1])
  })

  it('takes what is transparent as white, and 16 bits as 8', async () => {
    const clear = sharp(Uint8Array.of(0, 0, 0, 0), { raw: { width: 1, height: 1, channels: 4 } })
    const [{ data }] = await readPictures(await saved('clear.png', await clear.png().toBuffer()))
    expect(Array.from(data)).toEqual([255, 255, 255])
    const deep = sharp(Uint16Array.of(0x8000), { raw: { width: 1, height: 1, channels: 1 } })
    const bytes = await deep.toColourspace('grey16').png().toBuffer()
    const [grey] = await readPictures(await saved('deep.png', bytes))
    expect(grey.data[0]).toBe(128)
  })

  it('reads PNM without sharp', async () => {
    const path = await saved('a.pgm', new TextEncoder().encode('P2 2 1 255 7 9'))
    expect(await readPictures(path)).toEqual([
      { name: path, width: 2, height: 1, channels: 1, data: Uint8Array.of(7, 9) },
    ])
  })

  it('reads all pictures of an IDX file, packed or not', async () => {
    const bytes = idx([2, 1, 2], [1, 2, 3, 4])
    for (const path of [await saved('idx3', bytes), await saved('idx3.gz', gzipSync(bytes))]) {
      const pictures = await readPictures(path)
      expect(pictures.map(({ name, data }) => [name, ...data])).toEqual([
        [`${path}[0]`, 1, 2],
        [`${path}[1]`, 3, 4],
      ])
    }
  })

  it.each([
    ['labels', idx([4], [1, 2, 3, 4]), /expected pictures \[n, height, width\] or .*, found \[4\]/],
    [
      'text',
      new TextEncoder().encode('no picture'),
      /is no picture that can be read \(.*unsupported image format/,
    ],
    [
      'a PNG that is cut off',
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
      /is no picture that can be read/,
    ],
  ])('refuses %s, naming the file', async (name, bytes, message) => {
    const path = await saved(name.replaceAll(' ', '-'), bytes)
    await expect(readPictures(path)).rejects.toThrow(message)
    await expect(readPictures(path)).rejects.toThrow(path)
  })

  it('says that there is no such file', async () => {
    await expect(readPictures(join(folder, 'missing.png'))).rejects.toThrow(
      /missing.png: there is no such file/,
    )
  })
})
