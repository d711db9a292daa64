import { DataError } from '../../errors.js'
import type { Cursor } from '../cursor.js'

/** @throws DataError which says that the file has a form that Gradus does not read */
export function unsupported(cursor: Cursor, what: string): never {
  throw new DataError(
    `${cursor.where}: ${what}, which Gradus does not read. Write the file anew with h5py or with HDF5's h5repack, or save the weights as ` +
      'safetensors.',
  )
}
