import { PbfWriter } from 'pbf'
import { FOOTER, frameRecord, HEADER } from './record.js'
import type { SummaryTensor, SummaryValue } from './summaryValue.js'

/** One record of an event file: the mark at its beginning, an encoded graph, or a value at a step. */
export type Event = {
  /** Seconds since 1970. */
  readonly wallTime: number
} & (
  | { readonly fileVersion: string }
  | { readonly graphDef: Uint8Array }
  | { readonly step: number; readonly value: SummaryValue }
)

/**
 * An event as a record, encoded as protobuf does. Numbers of fields are those of `event.proto`, `summary.proto`, `tensor.proto` and
 * `tensor_shape.proto` in TensorBoard's `compat/proto`.
 */
export function encodeEvent(event: Event): Uint8Array {
  const pbf = new PbfWriter(new Uint8Array(HEADER + roomFor(event) + FOOTER))
  pbf.pos = HEADER
  writeEvent(event, pbf)
  pbf.realloc(FOOTER)
  pbf.pos += FOOTER
  const record = pbf.finish()
  frameRecord(record)
  return record
}

/** About as many bytes as an event takes. Without them the writer begins with 16, and moves to a place of twice the size again and again. */
function roomFor(event: Event): number {
  if (!('value' in event)) return 256
  const { dtype, elements } = event.value.tensor
  return dtype === 'string'
    ? elements.reduce((sum, { length }) => sum + length + 8, 256)
    : elements.byteLength + 256
}

function writeEvent(event: Event, pbf: PbfWriter): void {
  pbf.writeDoubleField(1, event.wallTime)
  if ('fileVersion' in event) pbf.writeStringField(3, event.fileVersion)
  else if ('graphDef' in event) pbf.writeBytesField(4, event.graphDef)
  else {
    pbf.writeVarintField(2, event.step)
    pbf.writeMessage(5, writeSummary, event.value)
  }
}

function writeSummary(value: SummaryValue, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeValue, value)
}

function writeValue(value: SummaryValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, value.tag)
  pbf.writeMessage(9, writeMetadata, value)
  pbf.writeMessage(8, writeTensor, value.tensor)
}

function writeMetadata(value: SummaryValue, pbf: PbfWriter): void {
  pbf.writeMessage(1, writePluginData, value)
  if (value.description !== undefined) pbf.writeStringField(3, value.description)
}

function writePluginData({ plugin, pluginContent }: SummaryValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, plugin)
  if (pluginContent) pbf.writeBytesField(2, pluginContent)
}

/** Numbers of `types.proto`. */
const dataTypes = { float: 1, double: 2, string: 7 } as const

function writeTensor(tensor: SummaryTensor, pbf: PbfWriter): void {
  pbf.writeVarintField(1, dataTypes[tensor.dtype])
  pbf.writeMessage(2, writeShape, tensor.shape)
  if (tensor.dtype === 'string') for (const bytes of tensor.elements) pbf.writeBytesField(8, bytes)
  else if (tensor.dtype === 'float') pbf.writePackedFloat(5, [...tensor.elements])
  else pbf.writePackedDouble(6, [...tensor.elements])
}

function writeShape(shape: readonly number[], pbf: PbfWriter): void {
  for (const size of shape) pbf.writeMessage(2, writeDimension, size)
}

function writeDimension(size: number, pbf: PbfWriter): void {
  pbf.writeVarintField(1, size)
}
