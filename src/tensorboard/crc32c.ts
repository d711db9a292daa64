const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++)
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1
  return remainder
})

/** The CRC-32C (Castagnoli): the remainder of the bytes by the polynomial 0x1EDC6F41, its bits in reverse. */
export function crc32c(bytes: Uint8Array): number {
  let remainder = -1
  for (const byte of bytes) remainder = table[(remainder ^ byte) & 0xff] ^ (remainder >>> 8)
  return ~remainder >>> 0
}

/**
 * The CRC-32C as it stands in files of records, turned by 15 bits and moved by a constant: the checksum of bytes that hold their own
 * checksum would otherwise say little.
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
