import type { StoredArray } from '../storedArray.js'
import type { Hdf5Form, Hdf5Layout } from './layOut.js'

/** What a worker is asked to do. One that has read is ended then; one that laid out a file may be asked for another. */
export type Hdf5Request =
  | {
      readonly type: 'read'
      readonly bytes: Uint8Array<ArrayBuffer>
      /** What errors call it. */
      readonly file: string
    }
  | { readonly type: 'layOut'; readonly form: Hdf5Form }

/** What a worker says. Each message is a sign of life. */
export type Hdf5Report =
  /** What the library is to do next, and how many bytes of elements that concerns. */
  | { readonly type: 'working'; readonly place: string; readonly bytes: number }
  | { readonly type: 'read'; readonly contents: Hdf5Contents }
  | { readonly type: 'laidOut'; readonly layout: Hdf5Layout }
  /** The library gave up at the place that was named last. */
  | { readonly type: 'failed'; readonly reason: string }

/** A group as it was read, with all that is in it. */
export interface Hdf5Contents {
  /** Those that are texts. */
  readonly attributes: ReadonlyMap<string, readonly string[]>
  readonly members: ReadonlyMap<string, Hdf5Contents | StoredArray | Unreadable>
}

/** What is no array of numbers in the file itself: an error for those who ask for it, and for nobody else. */
export interface Unreadable {
  /** What the error says. */
  readonly unreadable: string
}
