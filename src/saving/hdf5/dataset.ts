import { DataError } from '../../errors.js'
import type { Cursor, Source } from '../cursor.js'
import { type FileDType, readElements } from '../elements.js'
import type { StoredArray } from '../storedArray.js'
import type { Attribute } from './attributes.js'
import { readChunkIndex, readFilters, unfilter } from './chunks.js'
import { type Datatype, readDataspace, readDatatype } from './datatype.js'
import type { ObjectHeader } from './objectHeader.js'
import { unsupported } from './unsupported.js'

/** Compressed elements may take this much, whatever is stored of them; beyond, at most `LARGEST_EXPANSION` times what is stored. */
const SMALL = 2 ** 26
const LARGEST_EXPANSION = 100

/**
 * The elements of a dataset.
 * @param what names it in errors
 */
export async function readDataset(
  source: Source,
  header: ObjectHeader,
  attributes: ReadonlyMap<string, () => Attribute>,
  what: string,
): Promise<StoredArray> {
  const where = `${source.file}: ${what}`
  const datatype = readDatatype(header.require('datatype'))
  const shape = readDataspace(header.require('dataspace'))
  const { type, littleEndian } = numbersOf(datatype, attributes, where)
  const size = shape.reduce((product, axis) => product * axis, datatype.size)
  const bytes = await readBytes(header, { source, shape, size, width: datatype.size, what, where })
  return { ...readElements(bytes, type, where, littleEndian), shape }
}

interface Extent {
  readonly source: Source
  readonly shape: readonly number[]
  /** Of all elements, in bytes. */
  readonly size: number
  /** Of one element, in bytes. */
  readonly width: number
  readonly what: string
  /** `what`, behind the file's name. */
  readonly where: string
}

/** What the elements mean. Keras writes bfloat16 as opaque bytes, and says so in an attribute. */
function numbersOf(
  datatype: Datatype,
  attributes: ReadonlyMap<string, () => Attribute>,
  where: string,
): { readonly type: FileDType; readonly littleEndian: boolean } {
  if (datatype.kind === 'number') return datatype
  const said = attributes.get('dtype')?.().values[0]
  if (datatype.kind === 'opaque' && datatype.size === 2 && said === 'bfloat16') {
    return { type: 'bfloat16', littleEndian: true }
  }
  throw new DataError(`${where}: expected numbers, found ${datatype.kind === 'opaque' ? 'bytes' : 'texts'}.`)
}

async function readBytes(header: ObjectHeader, extent: Extent): Promise<Uint8Array> {
  const layout = header.require('layout')
  const version = layout.u8()
  if (version === 1 || version === 2) return readOlderLayout(header, layout, extent)
  if (version !== 3 && version !== 4) unsupported(layout, `elements laid out by version ${version}`)
  const layoutClass = layout.u8()
  if (layoutClass === 0) return layout.bytes(covering(layout.u16(), extent))
  if (layoutClass === 1) return contiguous(layout.address(), layout.size(), extent)
  if (layoutClass !== 2) unsupported(layout, 'elements that lie in other datasets')
  if (version === 4) unsupported(layout, "chunks in HDF5's newest form")
  const rank = layout.u8() - 1
  const tree = layout.address()
  const sizes = Array.from({ length: rank }, () => layout.u32())
  return readChunks(header, tree, sizes, extent)
}

function readOlderLayout(header: ObjectHeader, layout: Cursor, extent: Extent) {
  const rank = layout.u8()
  const layoutClass = layout.u8()
  layout.skip(5)
  if (layoutClass === 0) {
    layout.skip(4 * rank)
    return layout.bytes(covering(layout.u32(), extent))
  }
  const address = layout.address()
  if (layoutClass === 1) return contiguous(address, extent.size, extent)
  const sizes = Array.from({ length: rank - 1 }, () => layout.u32())
  return readChunks(header, address, sizes, extent)
}

/** The size of all elements. @throws DataError if less is stored */
function covering(stored: number, { size, where }: Extent): number {
  if (stored >= size) return size
  throw new DataError(
    `${where}: its shape asks for ${size} bytes, but ${stored} are stored. The file is damaged.`,
  )
}

function contiguous(address: number | undefined, stored: number, extent: Extent): Uint8Array {
  if (address === undefined) return new Uint8Array(covering(0, extent))
  return extent.source.at(address, `elements of ${extent.what}`, covering(stored, extent)).bytes(extent.size)
}

async function readChunks(
  header: ObjectHeader,
  tree: number | undefined,
  sizes: readonly number[],
  extent: Extent,
): Promise<Uint8Array> {
  const { source, shape, size, width, where } = extent
  if (size === 0) return new Uint8Array(0)
  if (sizes.length !== shape.length || sizes.includes(0)) {
    throw new DataError(
      `${where}: has chunks of [${sizes.join(', ')}] for a shape of [${shape.join(', ')}]. The file is damaged.`,
    )
  }
  const filterMessage = header.find('filters')
  const filters = filterMessage ? readFilters(filterMessage) : []
  const chunks = tree === undefined ? [] : readChunkIndex(header.require('layout'), tree, shape.length)
  const count = shape.reduce((product, axis, i) => product * Math.ceil(axis / sizes[i]), 1)
  if (chunks.length !== count) {
    throw new DataError(
      `${where}: expected ${count} chunks, found ${chunks.length}. The file is damaged, or was never written fully.`,
    )
  }
  const chunkSize = sizes.reduce((product, axis) => product * axis, width)
  const stored = chunks.reduce((sum, chunk) => sum + chunk.storedSize, 0)
  const most = Math.max(SMALL, LARGEST_EXPANSION * Math.min(stored, source.bytes.length))
  if (count * chunkSize > most) {
    throw new DataError(
      `${where}: would take ${count * chunkSize} bytes out of ${stored} that are stored. Gradus does not unpack so much out of so little.`,
    )
  }
  const all = new Uint8Array(size)
  for (const chunk of chunks) {
    const bytes = await unfilter(
      source.at(chunk.address, 'chunk', chunk.storedSize),
      chunk,
      filters,
      chunkSize,
    )
    placeChunk(all, shape, bytes, sizes, chunk.offsets, width)
  }
  return all
}

/** Copies the rows of a chunk that lie inside of the dataset to their places. */
function placeChunk(
  all: Uint8Array,
  shape: readonly number[],
  chunk: Uint8Array,
  sizes: readonly number[],
  offsets: readonly number[],
  width: number,
): void {
  const copy = (axis: number, to: number, from: number): void => {
    const count = Math.min(sizes[axis], shape[axis] - offsets[axis])
    const inAll = to * shape[axis] + offsets[axis]
    const inChunk = from * sizes[axis]
    if (axis === shape.length - 1) {
      all.set(chunk.subarray(inChunk * width, (inChunk + Math.max(count, 0)) * width), inAll * width)
      return
    }
    for (let i = 0; i < count; i++) copy(axis + 1, inAll + i, inChunk + i)
  }
  if (offsets.every((offset, axis) => offset < shape[axis])) copy(0, 0, 0)
}
