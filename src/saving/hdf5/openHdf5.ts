import { DataError } from '../../errors.js'
import { suggestion } from '../../utils/nearest.js'
import { Source } from '../cursor.js'
import type { StoredArray } from '../storedArray.js'
import { type Attribute, readAttributes } from './attributes.js'
import { readDataset } from './dataset.js'
import { readLinks } from './links.js'
import { type ObjectHeader, readObjectHeader } from './objectHeader.js'
import { unsupported } from './unsupported.js'

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

/** Whether a file begins as HDF5 files do. */
export const isHdf5 = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte)

/**
 * Reads an HDF5 file, as far as Keras and h5py write them: groups, attributes that are texts or numbers, datasets of numbers,
 * contiguous or in chunks, in both of HDF5's forms. Nothing is followed out of the file, and nothing in it is taken on trust: all
 * reading is bounded by the file's size.
 *
 * @param file what errors call it
 * @throws DataError if it is no HDF5 file, damaged or in a form that Gradus does not read
 */
export function openHdf5(bytes: Uint8Array, file: string): Hdf5Group {
  if (!isHdf5(bytes)) {
    throw new DataError(
      `${file}: is no HDF5 file: it does not begin as one. It is empty, damaged or something else; get it once more.`,
    )
  }
  const source = new Source(bytes, file)
  const header = readObjectHeader(source, rootAddress(source))
  const links = readLinks(source, header)
  if (!links) throw new DataError(`${file}: its root is no group. The file is damaged.`)
  return new Hdf5Group(source, '', header, links)
}

/** Where the header of the root group lies. */
function rootAddress(source: Source): number {
  const cursor = source.at(SIGNATURE.length, 'superblock')
  const version = cursor.u8()
  if (version > 3) unsupported(cursor, `a superblock of version ${version}`)
  if (version < 2) cursor.skip(4)
  const widths = [cursor.u8(), cursor.u8()]
  if (widths.some((width) => width !== 8))
    unsupported(cursor, `addresses and sizes of ${widths.join(' and ')} bytes`)
  // Flags; in the older forms also how wide nodes are, which their readers need not know.
  cursor.skip(version < 2 ? [9, 13][version] : 1)
  if (cursor.size() !== 0) unsupported(cursor, 'an HDF5 file inside of another file')
  cursor.skip(version < 2 ? 24 + 8 : 16)
  return cursor.requiredAddress('root group')
}

/** A group of an HDF5 file. */
export class Hdf5Group {
  private readonly children = new Map<string, Hdf5Group>()

  constructor(
    private readonly source: Source,
    /** From the root; empty for the root itself. */
    readonly path: string,
    private readonly header: ObjectHeader,
    private readonly links: ReadonlyMap<string, number | undefined>,
  ) {}

  private get where(): string {
    return `${this.source.file}: group '/${this.path}'`
  }

  /** The names of groups and datasets in it. */
  get names(): string[] {
    return [...this.links.keys()]
  }

  private get attributes(): ReadonlyMap<string, () => Attribute> {
    return readAttributes(this.source, this.header)
  }

  /** What an attribute says: one text. `undefined` if there is no such attribute. */
  text(name: string): string | undefined {
    const attribute = this.attributes.get(name)?.()
    return attribute === undefined ? undefined : String(attribute.values[0] ?? '')
  }

  /**
   * A list of texts. Keras cuts long ones into several attributes, `name0`, `name1`, ..., because an attribute has at most
   * 64 KiB. `undefined` if there is no such attribute.
   */
  texts(name: string): string[] | undefined {
    const { attributes } = this
    const textsOf = (attribute: () => Attribute) => attribute().values.map(String)
    const whole = attributes.get(name)
    if (whole) return textsOf(whole)
    const parts: string[] = []
    let k = 0
    for (let part = attributes.get(`${name}0`); part; part = attributes.get(`${name}${++k}`)) {
      for (const text of textsOf(part)) parts.push(text)
    }
    return k === 0 ? undefined : parts
  }

  /** A group inside, by a path such as `layers/dense`; `undefined` if there is none. */
  group(path: string): Hdf5Group | undefined {
    return path.split('/').reduce<Hdf5Group | undefined>((group, name) => group?.child(name), this)
  }

  private child(name: string): Hdf5Group | undefined {
    const known = this.children.get(name)
    if (known) return known
    const header = this.headerOf(name)
    const links = header && readLinks(this.source, header)
    if (!links) return undefined
    const child = new Hdf5Group(this.source, this.path === '' ? name : `${this.path}/${name}`, header, links)
    this.children.set(name, child)
    return child
  }

  private headerOf(name: string): ObjectHeader | undefined {
    if (!this.links.has(name)) return undefined
    const address = this.links.get(name)
    if (address !== undefined) return readObjectHeader(this.source, address)
    throw new DataError(
      `${this.where}: '${name}' is a link to another place or another file. Gradus follows none, since a model file has no use for them.`,
    )
  }

  private missing(what: string, name: string): DataError {
    return new DataError(`${this.where}: there is no ${what} in it. ${suggestion(name, this.names)}`)
  }

  /**
   * The array of a dataset inside, by a path such as `dense/kernel`.
   * @throws DataError if there is none, with the nearest name that there is
   */
  async array(path: string): Promise<StoredArray> {
    const end = path.lastIndexOf('/')
    const name = path.slice(end + 1)
    const group = end < 0 ? this : this.group(path.slice(0, end))
    const header = group?.headerOf(name)
    if (!group) throw this.missing(`group '${path.slice(0, end)}'`, path)
    if (!header) throw group.missing(`dataset '${name}'`, name)
    const what = `dataset '/${group.path}${group.path === '' ? '' : '/'}${name}'`
    if (readLinks(this.source, header)) {
      throw new DataError(`${this.source.file}: ${what}: expected a dataset, found a group.`)
    }
    return readDataset(this.source, header, readAttributes(this.source, header), what)
  }
}
