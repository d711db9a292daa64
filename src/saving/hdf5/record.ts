const UNDEFINED = 2n ** 64n - 1n

/** The next multiple of 8, where HDF5's older form lets everything begin. */
export const aligned = (size: number): number => Math.ceil(size / 8) * 8

/** A piece of an HDF5 file that is filled in from its beginning. */
export class Record {
  readonly content: Uint8Array
  private readonly view: DataView
  private at = 0

  constructor(size: number) {
    this.content = new Uint8Array(size)
    this.view = new DataView(this.content.buffer)
  }

  u8(...values: readonly number[]): this {
    return this.bytes(values)
  }

  u16(value: number): this {
    this.view.setUint16(this.at, value, true)
    this.at += 2
    return this
  }

  u32(value: number): this {
    this.view.setUint32(this.at, value, true)
    this.at += 4
    return this
  }

  u64(value: number): this {
    this.view.setBigUint64(this.at, BigInt(value), true)
    this.at += 8
    return this
  }

  /** A place in the file; `undefined` for none. */
  address(value: number | undefined): this {
    this.view.setBigUint64(this.at, value === undefined ? UNDEFINED : BigInt(value), true)
    this.at += 8
    return this
  }

  bytes(bytes: ArrayLike<number>): this {
    this.content.set(bytes, this.at)
    this.at += bytes.length
    return this
  }

  letters(text: string): this {
    return this.bytes(encodeText(text))
  }

  /** Goes on at the next multiple of 8. */
  align(): this {
    this.at = aligned(this.at)
    return this
  }
}

export const encodeText = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Gives pieces of a file their places, one after another. */
export class FileLayout {
  readonly parts: Uint8Array[] = []
  size = 0

  /** Adds a piece, without copying it, and gives its address. */
  add(piece: Uint8Array | Record): number {
    const bytes = piece instanceof Record ? piece.content : piece
    const address = this.size
    const padding = aligned(bytes.length) - bytes.length
    this.parts.push(bytes)
    if (padding > 0) this.parts.push(new Uint8Array(padding))
    this.size += bytes.length + padding
    return address
  }
}
