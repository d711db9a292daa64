import { readFileSync } from 'node:fs'
import { PbfReader } from 'pbf'
import { maskedCrc32c } from '../tensorboard/crc32c.js'

/** What an event file says of one value. */
export interface ReadEvent {
  readonly step: number
  readonly tag: string
  readonly plugin: string
  /** Numbers of the tensor, or its texts. */
  readonly elements: readonly (number | string)[]
}

/**
 * The values in an event file, in order, after a check of its framing: lengths, checksums, and the mark at its beginning.
 * @throws Error for what no reader of such files would take
 */
export function readEvents(path: string): ReadEvent[] {
  const records = recordsOf(readFileSync(path))
  const [first, ...events] = records.map((data) =>
    new PbfReader(data).readFields(readEvent, { ...empty, elements: [] }),
  )
  if (first?.fileVersion !== 'brain.Event:2') throw new Error(`${path} begins with ${first?.fileVersion}`)
  return events.map(({ step, tag, plugin, elements }) => ({ step, tag, plugin, elements }))
}

function recordsOf(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const records: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true))
    const data = bytes.subarray(at + 12, at + 12 + length)
    if (data.length !== length) throw new Error(`the record at ${at} is cut off`)
    expectSum(view.getUint32(at + 8, true), bytes.subarray(at, at + 8))
    expectSum(view.getUint32(at + 12 + length, true), data)
    records.push(data)
    at += 16 + length
  }
  return records
}

function expectSum(sum: number, data: Uint8Array): void {
  if (sum !== maskedCrc32c(data)) throw new Error(`the checksum is ${sum}, not ${maskedCrc32c(data)}`)
}

interface Reading {
  fileVersion: string
  step: number
  tag: string
  plugin: string
  elements: (number | string)[]
}

const empty = { fileVersion: '', step: 0, tag: '', plugin: '' }

function readEvent(field: number, event: Reading, pbf: PbfReader): void {
  if (field === 2) event.step = pbf.readVarint()
  else if (field === 3) event.fileVersion = pbf.readString()
  else if (field === 4) event.tag = 'graph_def'
  else if (field === 5)
    pbf.readMessage((_, inner, summary) => void summary.readMessage(readValue, inner), event)
}

function readValue(field: number, event: Reading, pbf: PbfReader): void {
  if (field === 1) event.tag = pbf.readString()
  else if (field === 8) pbf.readMessage(readTensor, event)
  else if (field === 9) pbf.readMessage(readMetadata, event)
}

function readMetadata(field: number, event: Reading, pbf: PbfReader): void {
  if (field === 1) pbf.readMessage(readPluginData, event)
}

function readPluginData(field: number, event: Reading, pbf: PbfReader): void {
  if (field === 1) event.plugin = pbf.readString()
}

function readTensor(field: number, event: Reading, pbf: PbfReader): void {
  // TensorFlow writes float32 elements as they lie in memory.
  if (field === 4) event.elements = floatsIn(pbf.readBytes())
  else if (field === 5) event.elements = pbf.readPackedFloat()
  else if (field === 6) event.elements = pbf.readPackedDouble()
  else if (field === 8) event.elements.push(Buffer.from(pbf.readBytes()).toString('utf8'))
}

function floatsIn(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true))
}
