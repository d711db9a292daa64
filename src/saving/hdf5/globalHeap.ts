import { DataError } from '../../errors.js'
import type { Cursor, Source } from '../cursor.js'

/** Where an object of a heap lies. */
interface Place {
  readonly at: number
  readonly size: number
}

/** The objects of each collection that was read, by their numbers. */
const known = new WeakMap<Source, Map<number, ReadonlyMap<number, Place>>>()

/** A text that lies in a global heap, where the cursor stands at what says so. */
export function readVariableText(cursor: Cursor): string {
  const { source } = cursor
  const length = cursor.u32()
  const address = cursor.address()
  const index = cursor.u32()
  if (length === 0 || address === undefined || address === 0) return ''
  const collections = known.get(source) ?? new Map<number, ReadonlyMap<number, Place>>()
  known.set(source, collections)
  const objects = collections.get(address) ?? readCollection(source, address)
  collections.set(address, objects)
  const place = objects.get(index)
  if (place) return source.at(place.at, 'text', place.size).text(length)
  throw new DataError(
    `${cursor.where}: a text is missing from the global heap at byte ${address}. The file is damaged.`,
  )
}

/** Objects stand one after another; the one with the number 0 is free space, the end. */
function readCollection(source: Source, address: number): ReadonlyMap<number, Place> {
  const size = source.at(address, 'global heap').signature('GCOL').skip(4).size()
  const heap = source.at(address, 'global heap', size).skip(16)
  const objects = new Map<number, Place>()
  while (heap.left >= 16) {
    const index = heap.u16()
    heap.skip(6)
    const length = heap.size()
    if (index === 0) break
    objects.set(index, { at: heap.position, size: length })
    heap.skip(Math.ceil(length / 8) * 8)
  }
  return objects
}
