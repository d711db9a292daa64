import { DataError } from '../errors.js'

/** Marks places in a file where nothing is. */
const UNDEFINED = 2n ** 64n - 1n

const DAMAGED = 'The file is cut off or damaged; get it once more.'

/** How many numbers may be read for each byte of a file: more than any sound file needs, whatever is asked of it. */
const READS_PER_BYTE = 64
const FREE_READS = 1_000_000

/** The bytes of a file, and what errors call it. */
export class Source {
  private readonly view: DataView
  private reads = 0

  constructor(
    readonly bytes: Uint8Array,
    readonly file: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Counts a read. @throws DataError for a file that leads its readers round and round */
  count(): void {
    if (++this.reads <= FREE_READS + READS_PER_BYTE * this.bytes.length) return
    throw new DataError(`${this.file}: takes longer to read than a file of its size can need. It is damaged.`)
  }

  /**
   * Reads from `at` on, up to `size` bytes.
   * @param what is read there, for errors: `object header`
   */
  at(at: number, what: string, size = this.bytes.length - at): Cursor {
    const where = `${this.file}: ${what} at byte ${at}`
    const left = this.bytes.length - at
    if (left < 0)
      throw new DataError(
        `${where}: lies behind the end of the file, which has ${this.bytes.length} bytes. ${DAMAGED}`,
      )
    if (size > left) throw beyond(where, size, left)
    return new Cursor(this, this.view, where, at, at + size)
  }
}

/** Goes through a part of a file, and never beyond it. Numbers are little-endian. */
export class Cursor {
  constructor(
    readonly source: Source,
    private readonly view: DataView,
    /** Names the file and the place in it. */
    readonly where: string,
    /** The byte that is read next. */
    public position: number,
    private readonly end: number,
  ) {}

  /** How many bytes are left. */
  get left(): number {
    return this.end - this.position
  }

  private take(size: number): number {
    this.source.count()
    if (size > this.left) throw beyond(this.where, size, this.left)
    const at = this.position
    this.position += size
    return at
  }

  skip(size: number): this {
    this.take(size)
    return this
  }

  u8(): number {
    return this.view.getUint8(this.take(1))
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true)
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true)
  }

  /** An unsigned number of any width. @throws DataError for one that no file can mean */
  unsigned(width: number): number {
    let value = 0
    const at = this.take(width)
    for (let i = width - 1; i >= 0; i--) value = value * 256 + this.view.getUint8(at + i)
    if (Number.isSafeInteger(value)) return value
    throw new DataError(
      `${this.where}: holds a size or place of ${value}, which no file has. The file is damaged.`,
    )
  }

  /** A size in bytes or elements. */
  size(): number {
    return this.unsigned(8)
  }

  /** A place in the file; `undefined` where nothing is. */
  address(): number | undefined {
    const isUndefined = this.view.getBigUint64(this.take(8), true) === UNDEFINED
    if (isUndefined) return undefined
    this.position -= 8
    return this.unsigned(8)
  }

  /** The place of something that must be there. */
  requiredAddress(what: string): number {
    const address = this.address()
    if (address !== undefined) return address
    throw new DataError(`${this.where}: says that there is no ${what}. The file is damaged.`)
  }

  bytes(size: number): Uint8Array {
    const at = this.take(size)
    return this.source.bytes.subarray(at, at + size)
  }

  /** A part of what is left, by a cursor of its own. */
  part(size: number, what = this.where): Cursor {
    const at = this.take(size)
    return new Cursor(this.source, this.view, what, at, at + size)
  }

  /** Text of a known length, up to its first zero byte. */
  text(size: number): string {
    const bytes = this.bytes(size)
    const end = bytes.indexOf(0)
    return decodeText(end < 0 ? bytes : bytes.subarray(0, end))
  }

  /** Text that ends with a zero byte. */
  terminatedText(): string {
    const rest = this.source.bytes.subarray(this.position, this.end)
    const size = rest.indexOf(0)
    if (size < 0) throw beyond(this.where, rest.length + 1, rest.length)
    return this.text(size + 1)
  }

  /** @throws DataError if these four letters do not stand here */
  signature(expected: string): this {
    const found = this.bytes(4)
    if (decodeText(found) === expected) return this
    throw new DataError(
      `${this.where}: expected '${expected}', found the bytes ${[...found].join(', ')}. The file is damaged.`,
    )
  }

  /** Goes on at a multiple of 8 bytes from `start`. */
  align(start: number): this {
    return this.skip((8 - ((this.position - start) % 8)) % 8)
  }
}

const decodeText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const beyond = (where: string, needed: number, left: number): DataError =>
  new DataError(`${where}: needs ${needed} bytes, but ${left} are left. ${DAMAGED}`)
