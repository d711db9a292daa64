import { DataError } from '../errors.js'

const DAMAGED = 'The file is cut off or damaged; get it once more.'

/** The bytes of a file, and what errors call it. */
export class Source {
  private readonly view: DataView

  constructor(
    readonly bytes: Uint8Array<ArrayBuffer>,
    readonly file: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /**
   * Reads from `at` on, up to `size` bytes.
   * @param what is read there, for errors: `list of files`
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
    private readonly source: Source,
    private readonly view: DataView,
    /** Names the file and the place in it. */
    readonly where: string,
    /** The byte that is read next. */
    private position: number,
    private readonly end: number,
  ) {}

  /** How many bytes are left. */
  get left(): number {
    return this.end - this.position
  }

  private take(size: number): number {
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

  /** A size or place, of 8 bytes. @throws DataError for one that no file can mean */
  size(): number {
    const value = Number(this.view.getBigUint64(this.take(8), true))
    if (Number.isSafeInteger(value)) return value
    throw new DataError(
      `${this.where}: holds a size or place of ${value}, which no file has. The file is damaged.`,
    )
  }

  bytes(size: number): Uint8Array<ArrayBuffer> {
    const at = this.take(size)
    return this.source.bytes.subarray(at, at + size)
  }

  /** A part of what is left, by a cursor of its own. */
  part(size: number): Cursor {
    const at = this.take(size)
    return new Cursor(this.source, this.view, this.where, at, at + size)
  }

  /** Text of a known length. */
  text(size: number): string {
    return new TextDecoder().decode(this.bytes(size))
  }
}

const beyond = (where: string, needed: number, left: number): DataError =>
  new DataError(`${where}: needs ${needed} bytes, but ${left} are left. ${DAMAGED}`)
