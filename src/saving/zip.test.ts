import { Zip, ZipDeflate, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { DataError, GradusError } from '../errors.js'
import { keyFromSeed } from '../ops/hostRandom.js'
import { RandomStream } from '../utils/randomStream.js'
import { crc32 } from './crc32.js'
import { joinBytes } from './storedArray.js'
import { openZip, writeZip } from './zip.js'

const text = (given: string) => new TextEncoder().encode(given)
const files = new Map([
  ['a.json', [text('{"a":'), text('1}')]],
  ['folder/b.bin', [Uint8Array.from({ length: 5000 }, (_, i) => i % 251)]],
  ['empty', []],
])

/** A ZIP file of one entry, in which numbers of the list have been replaced. */
function edited(at: number, bytes: readonly number[]): Uint8Array<ArrayBuffer> {
  const zip = zipSync({ 'a.json': text('{"a": 1}') }, { level: 0 })
  const list = zip.findIndex((_, i) => [0x50, 0x4b, 1, 2].every((byte, k) => zip[i + k] === byte))
  zip.set(bytes, list + at)
  return zip
}

describe('crc32', () => {
  it('is that of ZIP files', () => {
    expect(crc32(text('123456789'))).toBe(0xcbf43926)
    expect(crc32(new Uint8Array(0))).toBe(0)
    expect(crc32(text('56789'), crc32(text('1234')))).toBe(0xcbf43926)
    expect(crc32(new Uint8Array(0), 0xcbf43926)).toBe(0xcbf43926)
  })
})

describe('zip', () => {
  it('gives back what was written', async () => {
    const zip = openZip(joinBytes(await writeZip(files)), 'x.zip')
    expect([...zip.keys()]).toEqual([...files.keys()])
    for (const [name, parts] of files) expect(await zip.get(name)?.()).toEqual(joinBytes(parts))
  })

  it('reads compressed files, and those whose sizes stand behind them', async () => {
    const parts: Uint8Array[] = []
    const zip = new Zip((_, part) => parts.push(part))
    const entry = new ZipDeflate('long.txt', { level: 9 })
    zip.add(entry)
    entry.push(text('abc'.repeat(1000)), true)
    zip.end()
    const bytes = await openZip(joinBytes(parts), 'x.zip').get('long.txt')?.()
    expect(new TextDecoder().decode(bytes)).toBe('abc'.repeat(1000))
  })

  it('reads sizes of 64 bits', async () => {
    const zip = edited(20, [])
    const list = zip.findIndex((_, i) => [0x50, 0x4b, 1, 2].every((byte, k) => zip[i + k] === byte))
    const end = zip.length - 22
    // The size and the place of the list move into a field of their own.
    const field = new DataView(new ArrayBuffer(4 + 16))
    field.setUint16(0, 1, true)
    field.setUint16(2, 16, true)
    field.setBigUint64(4, 8n, true)
    field.setBigUint64(12, 0n, true)
    const entry = zip.slice(list, end)
    const view = new DataView(entry.buffer)
    view.setUint32(24, 0xffffffff, true)
    view.setUint32(42, 0xffffffff, true)
    view.setUint16(30, 20, true)
    const size = entry.length + 20
    const end64 = new DataView(new ArrayBuffer(56 + 20))
    end64.setUint32(0, 0x06064b50, true)
    end64.setBigUint64(32, 1n, true)
    end64.setBigUint64(40, BigInt(size), true)
    end64.setBigUint64(48, BigInt(list), true)
    end64.setUint32(56, 0x07064b50, true)
    end64.setBigUint64(64, BigInt(list + size), true)
    const last = new DataView(zip.slice(end).buffer)
    last.setUint16(10, 0xffff, true)
    last.setUint32(12, 0xffffffff, true)
    last.setUint32(16, 0xffffffff, true)
    const all = [zip.slice(0, list), entry, field, end64, last].map((part) =>
      part instanceof DataView ? new Uint8Array(part.buffer) : part,
    )
    const bytes = await openZip(joinBytes(all), 'x.zip').get('a.json')?.()
    expect(new TextDecoder().decode(bytes)).toBe('{"a": 1}')
  })

  it.each(['../a', '/a', 'a/../../b', 'C:/a', '..\\a', 'a\\b'])(
    'refuses names that lead out: %s',
    async (name) => {
      const zip = joinBytes(await writeZip(new Map([[name, [text('x')]]])))
      expect(() => openZip(zip, 'x.zip')).toThrow(/x\.zip: names a file '.*', which leads out of its folder/)
    },
  )

  it.each([
    ['other files', text('no zip at all, but a text of some length'), /x\.zip: is no ZIP file/],
    [
      'what is cut off',
      edited(0, []).subarray(0, -10),
      /is cut off: the list of files at its end is missing/,
    ],
    ['a list that is none', edited(0, [9]), /list of files at byte \d+: is not what should stand there/],
    ['a list beyond the end', edited(20, [255, 255, 255, 0]), /needs 16777215 bytes, but \d+ are left/],
    ['encrypted files', edited(8, [1]), /'a\.json': is encrypted/],
    ['unknown compression', edited(10, [14]), /'a\.json': is compressed by method 14/],
    ['wrong sizes', edited(24, [7]), /'a\.json': should have 7 bytes, but has 8/],
    ['wrong checksums', edited(16, [1, 2, 3, 4]), /'a\.json': its checksum is not that of its bytes/],
    [
      'bombs',
      edited(10, [8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 16]),
      /would take \d+ bytes out of 8/,
    ],
    ['wrong deflate streams', edited(10, [8]), /'a\.json': is not what was compressed/],
  ])('refuses %s', async (_, bytes, message) => {
    const read = async () => openZip(bytes, 'x.zip').get('a.json')?.()
    await expect(read()).rejects.toThrow(DataError)
    await expect(read()).rejects.toThrow(message)
  })

  it('gives files or a GradusError for changed bytes', async () => {
    const zip = zipSync(
      { 'a.json': text('{"a": 1}'), 'b.bin': [text('abc'.repeat(50)), { level: 9 }] },
      { level: 0 },
    )
    const random = new RandomStream(keyFromSeed(3))
    const below = (limit: number) => Math.floor(random.uniform() * limit)
    let refused = 0
    for (let round = 0; round < 5000; round++) {
      const mutated = zip.slice(0, round % 10 === 0 ? below(zip.length) : zip.length)
      for (let edit = below(3); edit >= 0; edit--)
        mutated[below(mutated.length)] = round % 3 ? below(256) : 255
      try {
        for (const unpack of openZip(mutated, 'fuzzed.zip').values()) await unpack()
      } catch (error) {
        if (!(error instanceof GradusError)) throw error
        refused++
      }
    }
    expect(refused).toBeGreaterThan(2000)
  })
})
