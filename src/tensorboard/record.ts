import { maskedCrc32c } from './crc32c.js'

/** Bytes of a record in front of its data, and behind it. */
export const [HEADER, FOOTER] = [12, 4]

/**
 * Makes a record of TensorFlow's record files of data that lie `HEADER` bytes behind its beginning, and `FOOTER` before its end; all numbers
 * little-endian:
 *
 *     uint64 length of the data | uint32 masked CRC-32C of the length | data | uint32 masked CRC-32C of the data
 */
export function frameRecord(record: Uint8Array): void {
  const view = new DataView(record.buffer, record.byteOffset, record.length)
  const end = record.length - FOOTER
  view.setBigUint64(0, BigInt(end - HEADER), true)
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true)
  view.setUint32(end, maskedCrc32c(record.subarray(HEADER, end)), true)
}

/** A record among bytes. */
export interface DecodedRecord {
  readonly data: Uint8Array
  /** Bytes of the record, its frame included. */
  readonly length: number
}

/**
 * The record at the beginning of bytes.
 * @returns how many bytes there must be for one, where it is not yet whole; `'damaged'` where a checksum does not fit
 */
export function decodeRecord(bytes: Uint8Array): DecodedRecord | number | 'damaged' {
  if (bytes.length < HEADER) return HEADER
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint32(8, true) !== maskedCrc32c(bytes.subarray(0, 8))) return 'damaged'
  const length = HEADER + Number(view.getBigUint64(0, true)) + FOOTER
  if (bytes.length < length) return length
  const data = bytes.subarray(HEADER, length - FOOTER)
  return view.getUint32(length - FOOTER, true) === maskedCrc32c(data) ? { data, length } : 'damaged'
}
