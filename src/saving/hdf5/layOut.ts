import { File, type Group, type ready } from 'h5wasm'
import { Source } from '../cursor.js'
import { elementPlace } from './elementPlace.js'
import type { Hdf5Tree } from './hdf5Tree.js'
import type { Working } from './readContents.js'

const PATH = '/written.h5'
/** The size of an attribute's list where Keras begins a second attribute: the message that holds it has 64 KiB at most. */
const LARGEST_LIST = 64_512
/** What HDF5 needs for a group, and for each thing in it, with room to spare. */
const [GROUP_BYTES, MEMBER_BYTES] = [8192, 1024]

/** An array of a file, without its elements. */
export interface ArrayForm {
  readonly type: keyof typeof elements
  readonly shape: readonly number[]
}

/** All of a file but the elements of its arrays. */
export type Hdf5Form = Hdf5Tree<ArrayForm>

/** A file in pieces: bytes as they are, and numbers of arrays, counted from 0 through the tree, whose elements stand there. */
export type Hdf5Layout = readonly (Uint8Array<ArrayBuffer> | number)[]

/** What elements of a type are written from. */
const elements = {
  ...{ float32: Float32Array, float64: Float64Array, int32: Int32Array },
  ...{ uint8: Uint8Array, bool: Uint8Array },
} as const

/** An array in the file. */
interface WrittenArray {
  readonly bytes: number
  /** Where its header stands. */
  readonly header: number
}

/**
 * How an HDF5 file is laid out. The library writes it with zeros as elements, and never looks at them: there are no checksums of them, and
 * they are not compressed. So other elements in their places are the file that it would have written.
 */
export function layOut({ FS }: Awaited<typeof ready>, form: Hdf5Form, working: Working): Hdf5Layout {
  working('the file')
  const file = new File(PATH, 'w')
  file.flush()
  const stored = FS.lookupPath(PATH, {}).node as unknown as MemoryFile
  const whole = new Uint8Array(stored.usedBytes + bytesFor(form))
  whole.set(stored.contents.subarray(0, stored.usedBytes))
  stored.contents = whole
  const arrays: WrittenArray[] = []
  writeGroup(file, form, arrays, working)
  working('the file')
  file.close()
  const layout = cutOut(stored.contents.subarray(0, stored.usedBytes), arrays)
  FS.unlink(PATH)
  return layout
}

/** Cuts the elements out of a file. */
function cutOut(file: Uint8Array<ArrayBuffer>, arrays: readonly WrittenArray[]): Hdf5Layout {
  const source = new Source(file, PATH)
  const places = arrays
    .map((array, number) => ({ ...array, number }))
    .filter(({ bytes }) => bytes > 0)
    .map(({ number, bytes, header }) => ({ number, bytes, at: elementPlace(source, header) }))
    .sort((a, b) => a.at - b.at)
  const pieces: (Uint8Array<ArrayBuffer> | number)[] = []
  let end = 0
  for (const { number, bytes, at } of places) {
    if (at > end) pieces.push(file.slice(end, at))
    pieces.push(number)
    end = at + bytes
  }
  if (end < file.length) pieces.push(file.slice(end))
  return pieces
}

/**
 * A file of Emscripten's, in memory. Left alone it grows by an eighth at a time, and is copied each time; it is read as a copy, too:
 * a model would be in memory four times over.
 */
interface MemoryFile {
  contents: Uint8Array<ArrayBuffer>
  readonly usedBytes: number
}

/** About as many bytes as a group takes in a file, with what is in it. */
const bytesFor = ({ attributes = {}, members }: Hdf5Form): number =>
  [...members.values()].reduce(
    (sum, member) => sum + ('members' in member ? bytesFor(member) : bytesOf(member)),
    2 * JSON.stringify(attributes).length + GROUP_BYTES + MEMBER_BYTES * members.size,
  )

const countOf = ({ shape }: ArrayForm): number => shape.reduce((product, axis) => product * axis, 1)

const bytesOf = (array: ArrayForm): number => countOf(array) * elements[array.type].BYTES_PER_ELEMENT

/** Adds the arrays that it writes to `written`. */
function writeGroup(
  group: Group,
  { attributes = {}, members }: Hdf5Form,
  written: WrittenArray[],
  working: Working,
): void {
  for (const [name, value] of Object.entries(attributes)) writeAttribute(group, name, value, working)
  for (const [name, member] of members) {
    if ('members' in member) {
      working(`group '${group.path}/${name}'`)
      writeGroup(group.create_group(name), member, written, working)
    } else written.push(writeArray(group, name, member, working))
  }
}

function writeAttribute(
  group: Group,
  name: string,
  value: string | readonly string[],
  working: Working,
): void {
  working(`attribute '${name}' of '${group.path}'`)
  if (typeof value === 'string') {
    // Of variable length, in UTF-8.
    group.create_attribute(name, value, [], 'S')
    return
  }
  // Of one width, filled up with zeros, of which one ends the longest. UTF-8 that is called ASCII, as h5py has it.
  const width = 1 + Math.max(0, ...value.map((text) => new TextEncoder().encode(text).length))
  const most = Math.max(1, Math.floor(LARGEST_LIST / width))
  const write = (part: string, texts: readonly string[]) =>
    group.create_attribute(part, [...texts], [texts.length], `A${width}`)
  if (value.length <= most) write(name, value)
  else
    for (let i = 0; i * most < value.length; i++) write(`${name}${i}`, value.slice(i * most, (i + 1) * most))
}

function writeArray(group: Group, name: string, array: ArrayForm, working: Working): WrittenArray {
  const bytes = bytesOf(array)
  working(`dataset '${group.path}/${name}'`, bytes)
  const data = new elements[array.type](countOf(array))
  const dataset = group.create_dataset({ name, data, shape: [...array.shape] })
  // h5wasm writes no booleans.
  if (array.type === 'bool') dataset.create_attribute('dtype', 'bool', [], 'S')
  // A reference to an object is the place of its header.
  const reference = Uint8Array.from(dataset.create_reference().ref_data)
  return { bytes, header: new Source(reference, PATH).at(0, 'reference').size() }
}
