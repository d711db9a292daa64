import { maskedCrc32c } from './crc32c.js'

const HEADER = 12
const FOOTER = 4

/**
 * Frames bytes as a record of TensorFlow's record files, all numbers little-endian:
 *
 *     uint64 length of the data | uint32 masked CRC-32C of the length | data | uint32 masked CRC-32C of the data
 */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEADER + data.length + FOOTER)
  const view = new DataView(record.buffer)
  view.setBigUint64(0, BigInt(data.length), true)
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true)
  record.set(data, HEADER)
  view.setUint32(HEADER + data.length, maskedCrc32c(data), true)
  return record
}
