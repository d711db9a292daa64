const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++)
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1
  return remainder
})

/**
 * The CRC-32 of ZIP files: the remainder of the bytes by the polynomial 0x04C11DB7, its bits in reverse. Node's own, from 20.15 on, takes a
 * twentieth of the time.
 * @param before that of the bytes in front of them
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  const native = globalThis.process?.getBuiltinModule?.('node:zlib').crc32
  // Of no bytes it gives 0, whatever came before.
  if (native) return bytes.length === 0 ? before : native(bytes, before)
  let remainder = ~before
  for (const byte of bytes) remainder = table[(remainder ^ byte) & 0xff] ^ (remainder >>> 8)
  return ~remainder >>> 0
}
