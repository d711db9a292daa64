import { DataError } from '../../errors.js'
import type { Picture } from './picture.js'

/** The formats of Netpbm: what their first two bytes say. */
const kinds = {
  P1: { channels: 1, isText: true, isBitmap: true },
  P2: { channels: 1, isText: true, isBitmap: false },
  P3: { channels: 3, isText: true, isBitmap: false },
  P4: { channels: 1, isText: false, isBitmap: true },
  P5: { channels: 1, isText: false, isBitmap: false },
  P6: { channels: 3, isText: false, isBitmap: false },
} as const

type Kind = keyof typeof kinds

const LARGEST_MAXIMUM = 65_535
/** A picture of more pixels is a mistake, or an attempt to fill the memory. */
const MOST_PIXELS = 2 ** 28

const decoder = new TextDecoder('latin1')
const kindOf = (bytes: Uint8Array): string => decoder.decode(bytes.subarray(0, 2))

/** Whether a file is one of PBM, PGM and PPM. */
export const isPnm = (bytes: Uint8Array): boolean => Object.hasOwn(kinds, kindOf(bytes))

/**
 * A picture in the formats PBM, PGM and PPM of Netpbm, as text (`P1` to `P3`) or bytes (`P4` to `P6`). Values go from 0 to 255, whatever
 * the file's largest one is; in bitmaps 1 is black.
 *
 * @throws DataError naming the byte, if the file is cut off or no such picture
 */
export function parsePnm(bytes: Uint8Array, name: string): Picture {
  const kind = kinds[kindOf(bytes) as Kind]
  const reader = new Reader(bytes, name)
  const width = reader.number('a width', 1)
  const height = reader.number('a height', 1)
  const maximum = kind.isBitmap ? 1 : reader.number('the largest value', 1, LARGEST_MAXIMUM)
  if (width * height > MOST_PIXELS) reader.fail(`at most ${MOST_PIXELS} pixels`, `${width} x ${height}`)
  const data = new Uint8Array(width * height * kind.channels)
  const next = kind.isText
    ? reader.text(maximum, kind.isBitmap)
    : kind.isBitmap
      ? reader.bits(width, height)
      : reader.words(data.length, maximum)
  for (let i = 0; i < data.length; i++) {
    const value = next(i)
    data[i] = Math.round((255 * (kind.isBitmap ? 1 - value : value)) / maximum)
  }
  return { name, width, height, channels: kind.channels, data }
}

/** Gives the values one after another. */
type Values = (i: number) => number

/** Goes through a file, byte by byte. */
class Reader {
  private at = 2

  constructor(
    private readonly bytes: Uint8Array,
    private readonly name: string,
  ) {}

  fail(expected: string, found: string): never {
    throw new DataError(
      `${this.name}, byte ${this.at}: expected ${expected}, found ${found}. The file is damaged, or no PNM picture.`,
    )
  }

  /** The next number written in decimal digits, behind white space and comments. */
  number(what: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
    this.skipSpace()
    const begin = this.at
    while (isDigit(this.bytes[this.at])) this.at++
    const digits = decoder.decode(this.bytes.subarray(begin, this.at))
    const value = digits === '' ? Number.NaN : Number(digits)
    if (value >= least && value <= most) return value
    this.at = begin
    return this.fail(`${what} of at least ${least}`, digits || this.here())
  }

  text(maximum: number, isBitmap: boolean): Values {
    if (!isBitmap) return () => this.number('a value', 0, maximum)
    return () => {
      // The digits of bitmaps need no space between.
      this.skipSpace()
      const digit = this.bytes[this.at] - ZERO
      if (digit !== 0 && digit !== 1) this.fail('0 or 1', this.here())
      this.at++
      return digit
    }
  }

  words(count: number, maximum: number): Values {
    const width = maximum > 255 ? 2 : 1
    const body = this.body(count * width)
    return (i) => Math.min(maximum, width === 1 ? body[i] : 256 * body[2 * i] + body[2 * i + 1])
  }

  bits(width: number, height: number): Values {
    const stride = Math.ceil(width / 8)
    const body = this.body(stride * height)
    return (i) => {
      const column = i % width
      return (body[Math.floor(i / width) * stride + (column >> 3)] >> (7 - (column & 7))) & 1
    }
  }

  /** What follows the one white space behind the header. */
  private body(size: number): Uint8Array {
    if (!isSpace(this.bytes[this.at])) this.fail('white space behind the header', this.here())
    this.at++
    const body = this.bytes.subarray(this.at, this.at + size)
    if (body.length < size) this.fail(`${size} bytes of pixels`, String(body.length))
    return body
  }

  private skipSpace(): void {
    for (; this.at < this.bytes.length; this.at++) {
      if (this.bytes[this.at] === HASH)
        while (this.at < this.bytes.length && this.bytes[this.at] !== NEWLINE) this.at++
      else if (!isSpace(this.bytes[this.at])) return
    }
  }

  private here(): string {
    const byte = this.bytes[this.at]
    return byte === undefined ? 'the end of the file' : `byte ${byte}`
  }
}

const [ZERO, NINE, HASH, NEWLINE] = [0x30, 0x39, 0x23, 0x0a]
const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE
const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
