import { DataError } from '../../errors.js'
import type { Cursor, Source } from '../cursor.js'
import { bytesFor } from './btreeV2.js'
import { unsupported } from './unsupported.js'

/**
 * A fractal heap: where HDF5's newer form keeps the links or attributes of an object that has many. Objects lie in blocks, whose
 * sizes double row by row: with `w` blocks in each row, those of rows 0 and 1 have the first size, those of row r have
 * `first 2^(r-1)`. Together they are one space of addresses, by which objects are found.
 *
 * Source: HDF5 File Format Specification, Fractal heap.
 */
export class FractalHeap {
  private readonly offsetBytes: number
  private readonly lengthBytes: number
  private readonly width: number
  private readonly firstSize: number
  private readonly largestDirect: number
  private readonly rootRows: number
  private readonly root: number

  constructor(
    private readonly source: Source,
    address: number,
  ) {
    const header = source.at(address, 'fractal heap').signature('FRHP').skip(1)
    header.skip(2)
    const filterBytes = header.u16()
    if (filterBytes > 0) unsupported(header, 'a fractal heap with filters')
    header.skip(1)
    const largestObject = header.u32()
    header.skip(12 * 8)
    this.width = header.u16()
    this.firstSize = header.size()
    this.largestDirect = header.size()
    this.offsetBytes = Math.ceil(header.u16() / 8)
    this.lengthBytes = Math.min(Math.ceil(Math.log2(this.largestDirect) / 8), bytesFor(largestObject))
    header.skip(2)
    this.root = header.requiredAddress('root block')
    this.rootRows = header.u16()
    const isSound = [this.firstSize, this.largestDirect].every(
      (size) => size > 0 && Number.isInteger(Math.log2(size)),
    )
    if (!isSound || this.width === 0 || this.offsetBytes > 8 || this.largestDirect < this.firstSize) {
      throw new DataError(`${header.where}: has blocks of impossible sizes. The file is damaged.`)
    }
  }

  /** The object that a heap ID stands for. */
  object(id: Cursor): Cursor {
    const type = id.u8() >> 4
    if (type !== 0) unsupported(id, 'an object that is stored outside of its heap')
    const offset = id.unsigned(this.offsetBytes)
    const length = id.unsigned(this.lengthBytes)
    const block = this.rootRows === 0 ? { address: this.root, begin: 0 } : this.blockOf(offset)
    return this.source.at(block.address + offset - block.begin, 'object of a fractal heap', length)
  }

  /** The direct block that an offset lies in, from the root's indirect block down. */
  private blockOf(offset: number): { readonly address: number; readonly begin: number } {
    let [address, begin, rows] = [this.root, 0, this.rootRows]
    for (;;) {
      const block = this.source
        .at(address, 'indirect block')
        .signature('FHIB')
        .skip(9 + this.offsetBytes)
      const place = this.placeOf(offset - begin, rows)
      if (!place)
        throw new DataError(`${block.where}: does not reach to offset ${offset}. The file is damaged.`)
      // All entries, of direct and of indirect blocks, are addresses without filters.
      address = block.skip(8 * (place.row * this.width + place.column)).requiredAddress('block')
      begin += place.begin
      if (this.sizeOfRow(place.row) <= this.largestDirect) return { address, begin }
      rows = Math.log2(this.sizeOfRow(place.row)) - Math.log2(this.firstSize * this.width) + 1
    }
  }

  private sizeOfRow(row: number): number {
    return this.firstSize * 2 ** Math.max(row - 1, 0)
  }

  private placeOf(offset: number, rows: number) {
    let begin = 0
    for (let row = 0; row < rows; row++) {
      const size = this.sizeOfRow(row)
      if (offset < begin + size * this.width) {
        const column = Math.floor((offset - begin) / size)
        return { row, column, begin: begin + column * size }
      }
      begin += size * this.width
    }
    return undefined
  }
}
