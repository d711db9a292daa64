import { readFileSync } from 'node:fs'
import { decodeEvent } from '../tensorboard/readEvent.js'
import { decodeRecord } from '../tensorboard/record.js'

/** What an event file says of one value. */
export interface ReadEvent {
  readonly step: number
  readonly tag: string
  readonly plugin: string
  /** Numbers of the tensor, or its texts. */
  readonly elements: readonly (number | string)[]
}

/**
 * The values in an event file, in order. Nothing may be wrong with it.
 * @throws Error for what no reader of such files would take
 */
export function readEvents(path: string): ReadEvent[] {
  const bytes = readFileSync(path)
  const found: ReadEvent[] = []
  for (let at = 0; at < bytes.length; ) {
    const record = decodeRecord(bytes.subarray(at))
    if (typeof record !== 'object') throw new Error(`${path}: the record at ${at} is cut off or damaged`)
    const { step, fileVersion, graphDef, values } = decodeEvent(record.data)
    if (at === 0 && fileVersion !== 'brain.Event:2') throw new Error(`${path} begins with '${fileVersion}'`)
    if (graphDef) found.push({ step, tag: 'graph_def', plugin: '', elements: [] })
    for (const { tag, plugin, tensor } of values) {
      const elements =
        tensor.dtype === 'string'
          ? tensor.elements.map((text) => Buffer.from(text).toString('utf8'))
          : [...tensor.elements]
      found.push({ step, tag, plugin, elements })
    }
    at += record.length
  }
  return found
}
