import { DataError } from '../../errors.js'
import type { Cursor } from '../cursor.js'
import { unsupported } from './unsupported.js'

/** What was done to each chunk before it was written, in order. */
export interface Filter {
  readonly id: number
  readonly name: string
  readonly values: readonly number[]
}

export function readFilters(cursor: Cursor): Filter[] {
  const version = cursor.u8()
  if (version !== 1 && version !== 2) unsupported(cursor, `filters of version ${version}`)
  const count = cursor.u8()
  if (version === 1) cursor.skip(6)
  return Array.from({ length: count }, () => {
    const id = cursor.u16()
    const nameSize = version === 1 || id >= 256 ? cursor.u16() : 0
    const valueCount = cursor.skip(2).u16()
    const name = cursor.text(version === 1 ? Math.ceil(nameSize / 8) * 8 : nameSize)
    const values = Array.from({ length: valueCount }, () => cursor.u32())
    if (version === 1 && valueCount % 2 === 1) cursor.skip(4)
    return { id, name, values }
  })
}

/** A block of elements that is stored by itself. */
interface Chunk {
  readonly address: number
  readonly storedSize: number
  /** Bit i: filter i was left out. */
  readonly skipped: number
  /** Of its first element, in the dataset. */
  readonly offsets: readonly number[]
}

/** The stored chunks of a dataset of this rank, from its version 1 B-tree. */
export function readChunkIndex(cursor: Cursor, root: number, rank: number): Chunk[] {
  const { source } = cursor
  const seen = new Set<number>()
  const visit = (address: number, expectedLevel: number | undefined): Chunk[] => {
    const node = source.at(address, 'node of a B-tree').signature('TREE')
    const [type, level, count] = [node.u8(), node.u8(), node.u16()]
    if (type !== 1 || seen.has(address) || (expectedLevel !== undefined && level !== expectedLevel)) {
      throw new DataError(`${node.where}: does not belong where it stands. The file is damaged.`)
    }
    seen.add(address)
    node.skip(16)
    const entries = Array.from({ length: count }, () => {
      const [storedSize, skipped] = [node.u32(), node.u32()]
      const offsets = Array.from({ length: rank + 1 }, () => node.size()).slice(0, rank)
      return { storedSize, skipped, offsets, address: node.requiredAddress('chunk') }
    })
    return level === 0 ? entries : entries.flatMap((entry) => visit(entry.address, level - 1))
  }
  return visit(root, undefined)
}

const DEFLATE = 1
const SHUFFLE = 2
const FLETCHER32 = 3

/** Takes back what filters did to a chunk. */
export async function unfilter(stored: Cursor, chunk: Chunk, filters: readonly Filter[], size: number) {
  let bytes = stored.bytes(chunk.storedSize)
  for (const [i, filter] of [...filters.entries()].reverse()) {
    if (chunk.skipped & (1 << i)) continue
    if (filter.id === DEFLATE) bytes = await inflate(bytes, size, stored.where)
    else if (filter.id === SHUFFLE) bytes = unshuffle(bytes, filter.values[0] ?? 1)
    // The checksum hangs behind what it is of.
    else if (filter.id === FLETCHER32) bytes = bytes.subarray(0, -4)
    else unsupported(stored, `elements compressed by filter ${filter.id} (${filter.name || 'unknown'})`)
  }
  if (bytes.length === size) return bytes
  throw new DataError(
    `${stored.where}: expected a chunk of ${size} bytes, found ${bytes.length}. The file is damaged.`,
  )
}

async function inflate(bytes: Uint8Array, size: number, where: string): Promise<Uint8Array> {
  const { unzlibSync } = await import('fflate')
  try {
    return unzlibSync(bytes, { out: new Uint8Array(size) })
  } catch (error) {
    throw new DataError(
      `${where}: is not what was compressed (${(error as Error).message}). The file is damaged.`,
      {
        cause: error,
      },
    )
  }
}

/** All first bytes of the elements stand together, then all second ones. */
function unshuffle(bytes: Uint8Array, width: number): Uint8Array {
  const count = Math.floor(bytes.length / width)
  const elements = new Uint8Array(bytes)
  for (let byte = 0; byte < width; byte++) {
    for (let i = 0; i < count; i++) elements[i * width + byte] = bytes[byte * count + i]
  }
  return elements
}
