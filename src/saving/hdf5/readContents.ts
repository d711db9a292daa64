import { File, type Metadata, type ready } from 'h5wasm'
import { DataError } from '../../errors.js'
import { type FileDType, readElements } from '../elements.js'
import type { StoredArray } from '../storedArray.js'
import type { Hdf5Contents, Unreadable } from './messages.js'

type Library = Awaited<typeof ready>

/** Says what the library is to do next, and how many bytes of elements that concerns. */
export type Working = (place: string, bytes?: number) => void

const NAME = 'read.h5'
/** Elements are read in pieces of about this many bytes, so that there is progress to report and a large array needs no copy. */
const PIECE = 2 ** 26
/** What is unpacked may have this size, whatever the file's; beyond, at most `LARGEST_EXPANSION` times the file's. */
const SMALL = 2 ** 26
const LARGEST_EXPANSION = 100
const MOST_LEVELS = 100

/** The filters that the library has, by HDF5's numbers: deflate, shuffle, fletcher32, szip, nbit, scaleoffset. */
const FILTERS = [1, 2, 3, 4, 5, 6]

/** HDF5's kinds of types. */
const kinds = {
  integer: 0,
  float: 1,
  text: 3,
  opaque: 5,
  enumeration: 8,
} as const

/**
 * Reads an HDF5 file whole.
 * @param file what errors of single arrays call it
 * @throws what the library throws where the file is damaged
 */
export function readContents(
  library: Library,
  bytes: Uint8Array,
  file: string,
  working: Working,
): Hdf5Contents {
  // The library reads these bytes in their place.
  library.FS.createDataFile('/', NAME, bytes, true, false, true)
  working('the file')
  const opened = new File(`/${NAME}`, 'r')
  return new Reader(library, opened.file_id, bytes.length, file, working).group('', 0)
}

class Reader {
  /** Addresses of groups and datasets that were read. */
  private readonly seen = new Set<string>()
  /** Bytes that may be unpacked yet. */
  private left: number

  constructor(
    private readonly library: Library,
    private readonly id: bigint,
    private readonly fileSize: number,
    private readonly file: string,
    private readonly working: Working,
  ) {
    this.left = Math.max(SMALL, LARGEST_EXPANSION * fileSize)
  }

  /** @param path from the root, which is the empty path */
  group(path: string, level: number): Hdf5Contents {
    this.working(`group '${path || '/'}'`)
    const { library, id } = this
    const attributes = new Map<string, readonly string[]>()
    for (const name of library.get_attribute_names(id, path || '/')) {
      const texts = this.attribute(path || '/', name)
      if (texts) attributes.set(name, texts)
    }
    const members = new Map<string, Hdf5Contents | StoredArray | Unreadable>()
    for (const name of library.get_names(id, path || '/', false)) {
      members.set(name, this.member(`${path}/${name}`, level + 1))
    }
    return { attributes, members }
  }

  /** The texts of an attribute; nothing for one that holds none. */
  private attribute(path: string, name: string): string[] | undefined {
    this.working(`attribute '${name}' of '${path}'`)
    const { library, id } = this
    const { type, size, vlen, shape, total_size } = library.get_attribute_metadata(id, path, name)
    if (type !== kinds.text) return undefined
    if (shape === null || total_size === 0) return []
    if (total_size > this.fileSize || (!vlen && total_size * size > this.fileSize)) {
      throw new Error(`it would have ${total_size} values in a file of ${this.fileSize} bytes`)
    }
    return this.withMemory(total_size * size, (at) => {
      library.get_attribute_data(id, path, name, BigInt(at))
      if (vlen) {
        // Where the texts lie. Their own memory is the worker's, which is ended.
        const places = new Uint32Array(this.copy(at, total_size * size).buffer)
        return Array.from(places, (place) => library.UTF8ToString(place))
      }
      const bytes = this.copy(at, total_size * size)
      return Array.from({ length: total_size }, (_, i) => textOf(bytes.subarray(i * size, (i + 1) * size)))
    })
  }

  private member(path: string, level: number): Hdf5Contents | StoredArray | Unreadable {
    this.working(`'${path}'`)
    const { library, id } = this
    const isLink =
      library.get_symbolic_link(id, path) !== null || 'filename' in library.get_external_link(id, path)
    if (isLink) {
      return this.refused(
        path,
        'is a link to another place or another file. Gradus follows none, since a model file has no use for them.',
      )
    }
    // Of an object with several names the first counts, so that no group is read inside of itself.
    const address = library.create_object_reference(id, path).join()
    if (this.seen.has(address))
      return this.refused(
        path,
        'is in the file under another name already, which a model file has no use for.',
      )
    this.seen.add(address)
    const type = library.get_type(id, path)
    if (type === library.H5G_DATASET) return this.dataset(path)
    if (type !== library.H5G_GROUP) return this.refused(path, 'is neither a group nor a dataset.')
    return level < MOST_LEVELS
      ? this.group(path, level)
      : this.refused(path, `lies in ${level} groups. The file is damaged.`)
  }

  private dataset(path: string): StoredArray | Unreadable {
    this.working(`dataset '${path}'`)
    const { library, id } = this
    const metadata = library.get_dataset_metadata(id, path)
    const type = this.elementType(path, metadata)
    if (!type)
      return this.refused(
        path,
        `holds ${metadata.type === kinds.text ? 'texts' : 'something else'}, where numbers are expected.`,
      )
    if (metadata.virtual_sources)
      return this.refused(path, 'its elements lie in other datasets. Gradus follows no links.')
    const filters = library.get_dataset_filters(id, path)
    const unknown = filters.find((filter) => !FILTERS.includes(filter.id))
    if (unknown) {
      return this.refused(
        path,
        `its elements are packed by '${unknown.name || unknown.id}', which HDF5 does not have itself. Write the file anew with gzip, or unpacked.`,
      )
    }
    const shape = metadata.shape ?? [0]
    const size = shape.reduce((product, axis) => product * axis, metadata.size)
    const most = filters.length > 0 ? this.left : Math.min(this.left, this.fileSize)
    if (size > most) {
      return this.refused(
        path,
        `would take ${size} bytes out of a file of ${this.fileSize}. Gradus does not unpack so much out of so little.`,
      )
    }
    this.left -= size
    const bytes = this.elements(path, shape, size, metadata.chunks)
    try {
      return { ...readElements(bytes, type, `${this.file}: '${path}'`), shape }
    } catch (error) {
      if (error instanceof DataError) return { unreadable: error.message }
      throw error
    }
  }

  /** What the elements mean. For what HDF5 does not know, Keras writes bytes, and says in an attribute what they are. */
  private elementType(path: string, { type, size, signed }: Metadata): FileDType | undefined {
    if (type === kinds.enumeration) return size === 1 ? 'bool' : undefined
    if (type === kinds.float) return numberType(type, size, signed)
    const said = this.library.get_attribute_names(this.id, path).includes('dtype')
      ? this.attribute(path, 'dtype')?.[0]
      : undefined
    if (type === kinds.opaque) return size === 2 && said === 'bfloat16' ? 'bfloat16' : undefined
    if (type !== kinds.integer) return undefined
    return size === 1 && said === 'bool' ? 'bool' : numberType(type, size, signed)
  }

  private elements(
    path: string,
    shape: readonly number[],
    size: number,
    chunks: readonly number[] | null,
  ): Uint8Array<ArrayBuffer> {
    const { library, id } = this
    const all = new Uint8Array(size)
    if (size === 0) return all
    // Pieces are runs of rows along the first axis that has several; of whole chunks, so that none is unpacked twice.
    const axis = shape.findIndex((axisSize) => axisSize > 1)
    const rows = axis < 0 ? 1 : shape[axis]
    const rowBytes = size / rows
    const step = chunks && axis >= 0 ? chunks[axis] : 1
    const most = Math.max(1, Math.floor(PIECE / rowBytes / step)) * step
    for (let row = 0; row < rows; row += most) {
      const count = Math.min(most, rows - row)
      this.working(`dataset '${path}'`, count * rowBytes)
      this.withMemory(count * rowBytes, (at) => {
        const counts = shape.map((axisSize, i) => BigInt(i === axis ? count : axisSize))
        const offsets = shape.map((_, i) => BigInt(i === axis ? row : 0))
        const strides = shape.map(() => 1n)
        if (axis < 0) library.get_dataset_data(id, path, null, null, null, BigInt(at))
        else library.get_dataset_data(id, path, counts, offsets, strides, BigInt(at))
        all.set(library.HEAPU8.subarray(at, at + count * rowBytes), row * rowBytes)
      })
    }
    return all
  }

  private refused(path: string, why: string): Unreadable {
    return { unreadable: `${this.file}: '${path}' ${why}` }
  }

  /** Lends memory of the library's own. */
  private withMemory<T>(bytes: number, use: (at: number) => T): T {
    const at = this.library._malloc(bytes)
    if (at === 0) throw new Error(`there is no memory for ${bytes} bytes`)
    try {
      return use(at)
    } finally {
      this.library._free(at)
    }
  }

  private copy(at: number, bytes: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.library.HEAPU8.subarray(at, at + bytes))
  }
}

const integers: Readonly<Record<string, FileDType>> = {
  '1 true': 'int8',
  '2 true': 'int16',
  '4 true': 'int32',
  '8 true': 'int64',
  '1 false': 'uint8',
  '2 false': 'uint16',
  '4 false': 'uint32',
  '8 false': 'uint64',
}

const floats: Readonly<Record<number, FileDType>> = { 2: 'float16', 4: 'float32', 8: 'float64' }

const numberType = (kind: number, size: number, signed: boolean): FileDType | undefined =>
  kind === kinds.float ? floats[size] : integers[`${size} ${signed}`]

/** A text of fixed width, filled up with zeros. h5py calls UTF-8 ASCII in them. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
}
