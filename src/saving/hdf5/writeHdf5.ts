import type { Hdf5Tree } from './hdf5Tree.js'
import { runWorker } from './runWorker.js'

/**
 * An HDF5 file of groups with attributes and arrays, in the form that all versions of HDF5 read, which h5py writes by default. The
 * same tree gives the same bytes. The arrays are handed over to the library's worker: nobody may use them afterwards.
 *
 * Floats of two bytes are written as float32, and booleans as bytes with an attribute `dtype`, since h5wasm writes neither.
 */
export function writeHdf5(tree: Hdf5Tree): Promise<Uint8Array<ArrayBuffer>> {
  const written = before.then(() => write(tree))
  before = written.then(
    () => {},
    () => {},
  )
  return written
}

/** The last file that was asked for. They are written one after another, all by one worker: to start a second takes longer than to write. */
let before: Promise<unknown> = Promise.resolve()

async function write(tree: Hdf5Tree): Promise<Uint8Array<ArrayBuffer>> {
  const buffers = [...new Set(buffersOf(tree))]
  const { bytes } = await runWorker('written', { type: 'write', tree }, buffers, {
    file: 'The new HDF5 file',
  })
  return bytes
}

const buffersOf = ({ members }: Hdf5Tree): ArrayBuffer[] =>
  [...members.values()].flatMap((member) => ('members' in member ? buffersOf(member) : [member.data.buffer]))
