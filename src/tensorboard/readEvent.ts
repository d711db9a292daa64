import { PbfReader } from 'pbf'
import type { LayerNode } from './graphDef.js'
import type { SummaryTensor, SummaryValue } from './summaryValue.js'

/** What an event says of one tag. */
export type ReadValue = Pick<SummaryValue, 'tag' | 'plugin' | 'tensor'>

/** One record of an event file. */
export interface ReadEvent {
  /** Seconds since 1970. */
  readonly wallTime: number
  readonly step: number
  /** The mark at the beginning of a file: `brain.Event:2`. */
  readonly fileVersion: string
  /** A model's layers: see `decodeGraphDef`. */
  readonly graphDef: Uint8Array | undefined
  readonly values: readonly ReadValue[]
}

/**
 * Decodes an event: what `encodeEvent` writes, what TensorFlow does, and the bare numbers of PyTorch's writer.
 * @throws Error for bytes that are no event
 */
export function decodeEvent(bytes: Uint8Array): ReadEvent {
  const event = { wallTime: 0, step: 0, fileVersion: '', graphDef: undefined, values: [] }
  return new PbfReader(bytes).readFields(readEvent, event as Mutable<ReadEvent> & { values: ReadValue[] })
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

function readEvent(field: number, event: Mutable<ReadEvent> & { values: ReadValue[] }, pbf: PbfReader): void {
  if (field === 1) event.wallTime = pbf.readDouble()
  else if (field === 2) event.step = pbf.readVarint()
  else if (field === 3) event.fileVersion = pbf.readString()
  else if (field === 4) event.graphDef = pbf.readBytes()
  else if (field === 5) pbf.readMessage(readSummary, event.values)
}

function readSummary(field: number, values: ReadValue[], pbf: PbfReader): void {
  if (field !== 1) return
  const value: Value = {
    tag: '',
    plugin: '',
    tensor: { dtype: 0, shape: [], floats: [], doubles: [], texts: [] },
  }
  pbf.readMessage(readValue, value)
  values.push({ tag: value.tag, plugin: value.plugin, tensor: summaryTensor(value.tensor) })
}

interface Value {
  tag: string
  plugin: string
  readonly tensor: ReadTensor
}

interface ReadTensor {
  dtype: number
  readonly shape: number[]
  floats: ArrayLike<number>
  doubles: ArrayLike<number>
  readonly texts: Uint8Array[]
}

function readValue(field: number, value: Value, pbf: PbfReader): void {
  if (field === 1) value.tag = pbf.readString()
  else if (field === 2) {
    value.tensor.floats = [pbf.readFloat()]
    value.plugin ||= 'scalars'
  } else if (field === 8) pbf.readMessage(readTensor, value.tensor)
  else if (field === 9) pbf.readMessage(readMetadata, value)
}

function readMetadata(field: number, value: Value, pbf: PbfReader): void {
  if (field === 1) pbf.readMessage(readPluginData, value)
}

function readPluginData(field: number, value: Value, pbf: PbfReader): void {
  if (field === 1) value.plugin = pbf.readString()
}

const dataTypes = { 2: 'double', 7: 'string' } as const

function readTensor(field: number, tensor: ReadTensor, pbf: PbfReader): void {
  if (field === 1) tensor.dtype = pbf.readVarint()
  else if (field === 2) pbf.readMessage(readShape, tensor.shape)
  else if (field === 4) {
    // TensorFlow writes elements as they lie in memory. A copy, since a Buffer's slice would be a view of all of it.
    const { buffer } = Uint8Array.from(pbf.readBytes())
    if (tensor.dtype === 2) tensor.doubles = new Float64Array(buffer)
    else tensor.floats = new Float32Array(buffer)
  } else if (field === 5) tensor.floats = pbf.readPackedFloat()
  else if (field === 6) tensor.doubles = pbf.readPackedDouble()
  else if (field === 8) tensor.texts.push(pbf.readBytes())
}

function readShape(field: number, shape: number[], pbf: PbfReader): void {
  if (field === 2) shape.push(pbf.readMessage(readDimension, { size: 0 }).size)
}

function readDimension(field: number, dimension: { size: number }, pbf: PbfReader): void {
  // Sizes that are open are -1.
  if (field === 1) dimension.size = pbf.readVarint(true)
}

function summaryTensor({ dtype, shape, floats, doubles, texts }: ReadTensor): SummaryTensor {
  const name = dataTypes[dtype as keyof typeof dataTypes] ?? 'float'
  if (name === 'string') return { dtype: name, shape, elements: texts }
  if (name === 'double') return { dtype: name, shape, elements: Float64Array.from(doubles) }
  return { dtype: name, shape, elements: Float32Array.from(floats) }
}

/**
 * The layers of a graph: what `encodeGraphDef` writes. (The graphs of TensorFlow are of operations, which come as layers without parameters.)
 * @throws Error for bytes that are no graph
 */
export function decodeGraphDef(bytes: Uint8Array): LayerNode[] {
  const nodes: LayerNode[] = []
  return new PbfReader(bytes).readFields((field, found, pbf) => {
    if (field !== 1) return
    const node = pbf.readMessage(readNode, {
      name: '',
      op: '',
      inputs: [],
      shapes: [],
      params: 0,
    } as ReadNode)
    found.push({
      ...{ name: node.name, className: node.op, inputs: node.inputs, params: node.params },
      outputShapes: node.shapes.map((shape) => shape.map((size) => (size < 0 ? null : size))),
    })
  }, nodes)
}

interface ReadNode {
  name: string
  op: string
  readonly inputs: string[]
  readonly shapes: number[][]
  params: number
}

function readNode(field: number, node: ReadNode, pbf: PbfReader): void {
  if (field === 1) node.name = pbf.readString()
  else if (field === 2) node.op = pbf.readString()
  else if (field === 3) node.inputs.push(pbf.readString())
  else if (field === 5) pbf.readMessage(readAttribute, { node, key: '' })
}

function readAttribute(
  field: number,
  attribute: { readonly node: ReadNode; key: string },
  pbf: PbfReader,
): void {
  const { node, key } = attribute
  if (field === 1) attribute.key = pbf.readString()
  else if (field === 2 && key === '_output_shapes') pbf.readMessage(readShapes, node.shapes)
  else if (field === 2 && key === 'params') pbf.readMessage(readParams, node)
}

function readShapes(field: number, shapes: number[][], pbf: PbfReader): void {
  if (field === 1) {
    pbf.readMessage((inner, found, list) => {
      if (inner === 7) found.push(list.readMessage(readShape, []))
    }, shapes)
  }
}

function readParams(field: number, node: ReadNode, pbf: PbfReader): void {
  if (field === 3) node.params = pbf.readVarint()
}
