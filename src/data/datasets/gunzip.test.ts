import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { DataError } from '../../errors.js'
import { gunzip, isGzip } from './gunzip.js'

const content = Uint8Array.from({ length: 300_000 }, (_, k) => (k * k) >> 5)
const packed = new Uint8Array(gzipSync(content))
const changed = (at: number, by = 1) => {
  const copy = packed.slice()
  copy[at < 0 ? copy.length + at : at] ^= by
  return copy
}

describe('gunzip', () => {
  it('unpacks what gzip packed', async () => {
    expect(isGzip(packed)).toBe(true)
    expect(await gunzip(packed, 'a.gz')).toEqual(content)
    expect(await gunzip(new Uint8Array(gzipSync(new Uint8Array(0))), 'empty.gz')).toEqual(new Uint8Array(0))
  })

  it.each([
    ['a cut end', packed.subarray(0, packed.length - 100)],
    ['a cut trailer', packed.subarray(0, packed.length - 2)],
    ['a header alone', packed.subarray(0, 12)],
    ['a wrong checksum', changed(-8)],
    ['a size too small', changed(-4, 0x20)],
    ['a size too large', changed(-3, 0x80)],
    ['a size out of proportion', changed(-1, 0xf0)],
    ['damaged content', changed(Math.floor(packed.length / 2), 0xff)],
    ['another format', content],
  ])('refuses %s and names the file', async (_, bytes) => {
    await expect(gunzip(bytes, 'folder/a.gz')).rejects.toThrow(DataError)
    await expect(gunzip(bytes, 'folder/a.gz')).rejects.toThrow('folder/a.gz: not a sound gzip file (')
  })
})
