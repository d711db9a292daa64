import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { crc32 } from '../saving/crc32.js'
import { encodePng } from './png.js'

/** The chunks of a PNG file, whose checksums must be right. */
function chunksOf(png: Uint8Array): Map<string, Uint8Array> {
  const bytes = Buffer.from(png)
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
  const chunks = new Map<string, Uint8Array>()
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    chunks.set(bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, at + 8 + length))
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(bytes.subarray(at + 4, at + 8 + length)))
    at += 12 + length
  }
  return chunks
}

describe('encodePng', () => {
  it.each([
    [1, 0],
    [2, 4],
    [3, 2],
    [4, 6],
  ] as const)('writes pictures of %i channels', async (channels, colourType) => {
    const pixels = Uint8Array.from({ length: 2 * 3 * channels }, (_, i) => 7 * i)
    const chunks = chunksOf(await encodePng({ width: 3, height: 2, channels, pixels }))
    expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND'])
    expect([...(chunks.get('IHDR') ?? [])]).toEqual([0, 0, 0, 3, 0, 0, 0, 2, 8, colourType, 0, 0, 0])
    const stride = 3 * channels
    expect([...inflateSync(chunks.get('IDAT') ?? new Uint8Array())]).toEqual([
      ...[0, ...pixels.subarray(0, stride)],
      ...[0, ...pixels.subarray(stride)],
    ])
  })
})
