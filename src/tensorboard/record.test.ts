import { describe, expect, it } from 'vitest'
import { recordOf } from '../testing/recordOf.js'
import { crc32c, maskedCrc32c } from './crc32c.js'
import { utf8 } from './summaryValue.js'

describe('crc32c', () => {
  // Of RFC 3720, B.4, and the usual check value of catalogues.
  it.each([
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(255), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    [utf8('123456789'), 0xe3069283],
    [new Uint8Array(), 0],
  ])('of %j', (bytes, sum) => {
    expect(crc32c(bytes)).toBe(sum)
  })

  it('is masked as in TensorFlow, whose first event of all files begins with these bytes', () => {
    // The header of the record of 24 bytes: file_version "brain.Event:2" with a wall time.
    const length = Uint8Array.of(24, 0, 0, 0, 0, 0, 0, 0)
    expect(maskedCrc32c(length).toString(16)).toBe(
      Buffer.from([0xa3, 0x7f, 0x4b, 0x22]).reverse().toString('hex'),
    )
  })
})

describe('a record', () => {
  it('holds length, checksum, data, checksum', () => {
    const record = recordOf(utf8('abc'))
    const view = new DataView(record.buffer)
    expect(record.length).toBe(19)
    expect(view.getBigUint64(0, true)).toBe(3n)
    expect(view.getUint32(8, true)).toBe(maskedCrc32c(record.subarray(0, 8)))
    expect([...record.subarray(12, 15)]).toEqual([97, 98, 99])
    expect(view.getUint32(15, true)).toBe(maskedCrc32c(utf8('abc')))
  })
})
