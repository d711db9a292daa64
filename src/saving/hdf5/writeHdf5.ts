import { bytesOf, fileTypeOf, type StoredArray } from '../storedArray.js'
import type { Hdf5Tree } from './hdf5Tree.js'
import type { ArrayForm, Hdf5Form, Hdf5Layout } from './layOut.js'
import { runWorker } from './runWorker.js'

/** Of how many forms of files the layouts are kept: a layout has about 1 KiB for each array. */
const KEPT = 8

/** The layouts of the forms that were written last, by the forms as text, the latest last. */
const layouts = new Map<string, Promise<Hdf5Layout>>()

/**
 * An HDF5 file of groups with attributes and arrays, in the form that all versions of HDF5 read, which h5py writes by default: in pieces to
 * be written one after another, of which those of arrays are not copied. The same tree gives the same bytes.
 *
 * HDF5's library lays the file out, in a worker. What it gives depends on the tree without its elements, so that a file like one before takes
 * no work at all.
 *
 * Floats of two bytes are written as float32, and booleans as bytes with an attribute `dtype`, since h5wasm writes neither.
 */
export async function writeHdf5(tree: Hdf5Tree): Promise<Uint8Array<ArrayBuffer>[]> {
  const arrays = arraysOf(tree)
  const layout = await layoutOf(formOf(tree))
  return layout.map((piece) => (typeof piece === 'number' ? elementsOf(arrays[piece]) : piece))
}

/** The arrays of a tree, in the order in which a layout counts them. */
const arraysOf = ({ members }: Hdf5Tree): StoredArray[] =>
  [...members.values()].flatMap((member) => ('members' in member ? arraysOf(member) : [member]))

const formOf = ({ attributes, members }: Hdf5Tree): Hdf5Form => ({
  attributes,
  members: new Map(
    [...members].map(([name, member]): [string, Hdf5Form | ArrayForm] => [
      name,
      'members' in member ? formOf(member) : { type: writtenType(member), shape: member.shape },
    ]),
  ),
})

/** Float32 holds floats of two bytes exactly, and Keras reads it as well. */
const writtenType = (array: StoredArray): ArrayForm['type'] =>
  fileTypeOf(array) === 'float64' ? 'float64' : array.dtype

const elementsOf = (array: StoredArray): Uint8Array<ArrayBuffer> =>
  bytesOf({ ...array, fileType: fileTypeOf(array) === 'float64' ? 'float64' : undefined })

function layoutOf(form: Hdf5Form): Promise<Hdf5Layout> {
  const key = JSON.stringify(form, (_, value) => (value instanceof Map ? [...value] : value))
  const layout = layouts.get(key) ?? layOut(form, key)
  layouts.delete(key)
  layouts.set(key, layout)
  const [oldest] = layouts.keys()
  if (layouts.size > KEPT) layouts.delete(oldest)
  return layout
}

/** The last file that was asked for. They are laid out one after another, all by one worker: to start a second takes longer. */
let before: Promise<unknown> = Promise.resolve()

function layOut(form: Hdf5Form, key: string): Promise<Hdf5Layout> {
  const work = () => runWorker('laidOut', { type: 'layOut', form }, [], { file: 'The new HDF5 file' })
  const layout = before.then(work).then((report) => report.layout)
  // What went wrong is tried again at the next file.
  before = layout.catch(() => layouts.delete(key))
  return layout
}
