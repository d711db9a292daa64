import { open } from 'node:fs/promises'
import { decodeEvent, type ReadEvent } from './readEvent.js'
import { decodeRecord } from './record.js'

/** Bytes that are read at a time; a record may be longer. */
const BLOCK = 1 << 20
/** A record of more bytes than these is taken for damage. */
const LARGEST = 1 << 28

/** Where a record stands in its file. */
export interface RecordPlace {
  readonly offset: number
  readonly length: number
}

/**
 * Reads a file of events as it grows: each call gives what was added since the one before. A record that is not yet whole is left for the
 * next call. Where the file is damaged, reading ends for good.
 */
export class EventReader {
  private offset = 0
  private said: string | undefined

  constructor(readonly path: string) {}

  /** What is wrong with the file; undefined if nothing is. */
  get damage(): string | undefined {
    return this.said
  }

  /** Bytes of the events that were read. */
  get position(): number {
    return this.offset
  }

  /**
   * Reads what was added.
   * @param take is given each event
   * @returns false if the file is shorter than it was, or gone: another reader has to begin anew
   */
  async read(take: (event: ReadEvent, place: RecordPlace) => void): Promise<boolean> {
    const handle = await open(this.path).catch(() => undefined)
    if (!handle) return false
    try {
      const { size } = await handle.stat()
      if (size < this.offset) return false
      let wanted = BLOCK
      while (this.said === undefined && this.offset < size) {
        const block = new Uint8Array(Math.min(wanted, size - this.offset))
        const { bytesRead } = await handle.read(block, 0, block.length, this.offset)
        const missing = this.takeRecords(block.subarray(0, bytesRead), take)
        // Its end is not there yet, or no longer.
        if (bytesRead < block.length || missing > size - this.offset) break
        wanted = Math.max(BLOCK, missing)
      }
      return true
    } finally {
      await handle.close()
    }
  }

  /** @returns how many bytes the first record needs that is not whole */
  private takeRecords(bytes: Uint8Array, take: (event: ReadEvent, place: RecordPlace) => void): number {
    for (let at = 0; at < bytes.length; ) {
      const record = decodeRecord(bytes.subarray(at))
      if (typeof record === 'number' && record <= LARGEST) return record
      const event = typeof record === 'object' ? decoded(record.data, this.offset === 0) : undefined
      if (typeof record !== 'object' || !event) {
        this.said = this.offset === 0 ? 'is no event file' : `is damaged behind byte ${this.offset}`
        return 0
      }
      take(event, { offset: this.offset, length: record.length })
      at += record.length
      this.offset += record.length
    }
    return 0
  }
}

/** @returns undefined for what is no event, or should be the mark at the beginning and is not */
function decoded(data: Uint8Array, isFirst: boolean): ReadEvent | undefined {
  try {
    const event = decodeEvent(data)
    return isFirst && event.fileVersion !== 'brain.Event:2' ? undefined : event
  } catch {
    return undefined
  }
}

/**
 * One event, by the place that it was read from.
 * @returns undefined if it is not there any more
 */
export async function readEventAt(path: string, place: RecordPlace): Promise<ReadEvent | undefined> {
  const handle = await open(path).catch(() => undefined)
  if (!handle) return undefined
  try {
    const bytes = new Uint8Array(place.length)
    const { bytesRead } = await handle.read(bytes, 0, place.length, place.offset)
    const record = decodeRecord(bytes.subarray(0, bytesRead))
    return typeof record === 'object' ? decoded(record.data, false) : undefined
  } finally {
    await handle.close()
  }
}
