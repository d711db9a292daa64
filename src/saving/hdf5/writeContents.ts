import { File, type Group, type ready } from 'h5wasm'
import { fileTypeOf, type StoredArray } from '../storedArray.js'
import type { Hdf5Tree } from './hdf5Tree.js'
import type { Working } from './readContents.js'

const PATH = '/written.h5'
/** The size of an attribute's list where Keras begins a second attribute: the message that holds it has 64 KiB at most. */
const LARGEST_LIST = 64_512
/** What HDF5 needs for a group, and for each thing in it, with room to spare. */
const [GROUP_BYTES, MEMBER_BYTES] = [8192, 1024]

/** An HDF5 file in the form that all versions of HDF5 read, which h5py writes by default. */
export function writeContents(
  { FS }: Awaited<typeof ready>,
  root: Hdf5Tree,
  working: Working,
): Uint8Array<ArrayBuffer> {
  working('the file')
  const file = new File(PATH, 'w')
  file.flush()
  const stored = FS.lookupPath(PATH, {}).node as unknown as MemoryFile
  const whole = new Uint8Array(stored.usedBytes + bytesFor(root))
  whole.set(stored.contents.subarray(0, stored.usedBytes))
  stored.contents = whole
  writeGroup(file, root, working)
  working('the file')
  file.close()
  const bytes = stored.contents.subarray(0, stored.usedBytes)
  FS.unlink(PATH)
  return bytes
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
const bytesFor = ({ attributes = {}, members }: Hdf5Tree): number =>
  [...members.values()].reduce(
    (sum, member) => sum + ('members' in member ? bytesFor(member) : elementBytes(member)),
    2 * JSON.stringify(attributes).length + GROUP_BYTES + MEMBER_BYTES * members.size,
  )

const elementBytes = (array: StoredArray): number =>
  array.data.byteLength * (fileTypeOf(array) === 'float64' ? 2 : 1)

function writeGroup(group: Group, { attributes = {}, members }: Hdf5Tree, working: Working): void {
  for (const [name, value] of Object.entries(attributes)) writeAttribute(group, name, value, working)
  for (const [name, member] of members) {
    if ('members' in member) {
      working(`group '${group.path}/${name}'`)
      writeGroup(group.create_group(name), member, working)
    } else writeArray(group, name, member, working)
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

function writeArray(group: Group, name: string, array: StoredArray, working: Working): void {
  working(`dataset '${group.path}/${name}'`, array.data.byteLength)
  const type = fileTypeOf(array)
  // h5wasm writes no floats of two bytes: float32 holds them exactly, and Keras reads it as well.
  const data = type === 'float64' ? Float64Array.from(array.data) : array.data
  const dataset = group.create_dataset({ name, data, shape: [...array.shape] })
  // Nor does it write booleans.
  if (type === 'bool') dataset.create_attribute('dtype', 'bool', [], 'S')
}
