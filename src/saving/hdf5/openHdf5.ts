import { DataError } from '../../errors.js'
import { suggestion } from '../../utils/nearest.js'
import type { StoredArray } from '../storedArray.js'
import type { Hdf5Contents } from './messages.js'
import { type RunOptions, runWorker } from './runWorker.js'

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

/** Whether a file begins as HDF5 files do. */
export const isHdf5 = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte)

/**
 * Reads an HDF5 file whole: groups, attributes that are texts, arrays of numbers. Nothing is followed out of the file, and
 * nothing is unpacked that its size does not allow for. HDF5's library, h5wasm, does it in a worker, which is ended afterwards.
 *
 * @param bytes handed over to the worker: nobody may use them, or what else shares their memory, afterwards
 * @param file what errors call it
 * @throws DataError if it is no HDF5 file, or the library cannot read it or does not come to an end with it
 */
export async function openHdf5(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
  options: Pick<RunOptions, 'patience'> = {},
): Promise<Hdf5Group> {
  if (!isHdf5(bytes)) {
    throw new DataError(
      `${file}: is no HDF5 file: it does not begin as one. It is empty, damaged or something else; get it once more.`,
    )
  }
  const request = { type: 'read', bytes, file } as const
  const { contents } = await runWorker('read', request, [bytes.buffer], { file, ...options })
  return new Hdf5Group(file, '', contents)
}

/** A group of an HDF5 file. */
export class Hdf5Group {
  constructor(
    private readonly file: string,
    /** From the root; empty for the root itself. */
    readonly path: string,
    private readonly contents: Hdf5Contents,
  ) {}

  private get where(): string {
    return `${this.file}: group '/${this.path}'`
  }

  /** The names of groups and datasets in it. */
  get names(): string[] {
    return [...this.contents.members.keys()]
  }

  /** What an attribute says: one text. `undefined` if there is no such attribute. */
  text(name: string): string | undefined {
    const texts = this.contents.attributes.get(name)
    return texts && (texts[0] ?? '')
  }

  /**
   * A list of texts. Keras cuts long ones into several attributes, `name0`, `name1`, ..., because an attribute has at most
   * 64 KiB. `undefined` if there is no such attribute.
   */
  texts(name: string): readonly string[] | undefined {
    const { attributes } = this.contents
    const whole = attributes.get(name)
    if (whole) return whole
    const parts: string[] = []
    let k = 0
    for (let part = attributes.get(`${name}0`); part; part = attributes.get(`${name}${++k}`)) {
      for (const text of part) parts.push(text)
    }
    return k === 0 ? undefined : parts
  }

  /** A group inside, by a path such as `layers/dense`; `undefined` if there is none. */
  group(path: string): Hdf5Group | undefined {
    return path.split('/').reduce<Hdf5Group | undefined>((group, name) => group?.child(name), this)
  }

  private child(name: string): Hdf5Group | undefined {
    const member = this.member(name)
    return member && 'members' in member
      ? new Hdf5Group(this.file, this.path === '' ? name : `${this.path}/${name}`, member)
      : undefined
  }

  /** @throws DataError for what could not be read */
  private member(name: string): Hdf5Contents | StoredArray | undefined {
    const member = this.contents.members.get(name)
    if (!member || !('unreadable' in member)) return member
    throw new DataError(member.unreadable)
  }

  private missing(what: string, name: string): DataError {
    return new DataError(`${this.where}: there is no ${what} in it. ${suggestion(name, this.names)}`)
  }

  /**
   * The array of a dataset inside, by a path such as `dense/kernel`.
   * @throws DataError if there is none, with the nearest name that there is
   */
  array(path: string): StoredArray {
    const end = path.lastIndexOf('/')
    const name = path.slice(end + 1)
    const group = end < 0 ? this : this.group(path.slice(0, end))
    if (!group) throw this.missing(`group '${path.slice(0, end)}'`, path)
    const member = group.member(name)
    if (!member) throw group.missing(`dataset '${name}'`, name)
    if ('members' in member)
      throw new DataError(`${group.where}: '${name}': expected a dataset, found a group.`)
    return member
  }
}
