import type { PbfWriter } from 'pbf'
import { DataError } from '../errors.js'
import {
  type OnnxArray,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxValue,
  typeNumbers,
} from './format.js'

/** The version of ONNX's operators that files are written in, and of the file's own form that goes with it. */
export const operatorSet = 17
const fileVersion = 8

/** Protobuf's limit, which every reader has. */
const mostBytes = 2 ** 31 - 1

/** Numbers of `AttributeProto.AttributeType`. */
const attributeTypes = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const

/** Numbers of the fields in which large arrays lie: `ModelProto.graph`, `GraphProto.initializer`, `TensorProto.raw_data`. */
const [graphField, initializerField, rawDataField] = [7, 5, 9]
const lengthDelimited = 2

/**
 * A file of this graph, in pieces. Numbers of fields are those of ONNX's `onnx.proto`. Elements of arrays are not copied.
 * @throws DataError if the file would be larger than protobuf allows
 */
export async function encodeModel(graph: OnnxGraph): Promise<Uint8Array[]> {
  const { PbfWriter } = await import('pbf')
  const encode = <T>(write: (value: T, pbf: PbfWriter) => void, value: T): Uint8Array => {
    const pbf = new PbfWriter()
    write(value, pbf)
    return pbf.finish()
  }
  /** The beginning of a field whose bytes follow. */
  const head = (field: number, length: number): Uint8Array =>
    encode((_, pbf) => {
      pbf.writeTag(field, lengthDelimited)
      pbf.writeVarint(length)
    }, undefined)
  const wrapped = (field: number, parts: readonly Uint8Array[]): Uint8Array[] => [
    head(field, sizeOf(parts)),
    ...parts,
  ]
  const initializers = [...graph.initializers].flatMap(([name, array]) =>
    wrapped(initializerField, [
      encode(writeArrayType, { name, array }),
      ...wrapped(rawDataField, [bytesOf(array)]),
    ]),
  )
  const whole = [
    encode(writeModel, undefined),
    ...wrapped(graphField, [encode(writeGraph, graph), ...initializers]),
  ]
  const size = sizeOf(whole)
  if (size > mostBytes) {
    throw new DataError(
      `export: the ONNX file would have ${size} bytes, and protobuf, which it is written in, allows ${mostBytes}. ` +
        "Save the model with save('model.keras'), which has no such limit, or make it smaller.",
    )
  }
  return whole
}

const sizeOf = (parts: readonly Uint8Array[]): number =>
  parts.reduce((total, part) => total + part.byteLength, 0)

const bytesOf = ({ data }: OnnxArray): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/** All of a model but its graph. */
function writeModel(_: undefined, pbf: PbfWriter): void {
  pbf.writeVarintField(1, fileVersion)
  pbf.writeStringField(2, 'gradus')
  pbf.writeMessage(8, writeOperatorSet, operatorSet)
}

function writeOperatorSet(version: number, pbf: PbfWriter): void {
  pbf.writeStringField(1, '')
  pbf.writeVarintField(2, version)
}

/** All of a graph but its arrays. */
function writeGraph({ name, nodes, inputs, outputs, values }: OnnxGraph, pbf: PbfWriter): void {
  for (const node of nodes) pbf.writeMessage(1, writeNode, node)
  pbf.writeStringField(2, name)
  for (const input of inputs) pbf.writeMessage(11, writeValue, input)
  for (const output of outputs) pbf.writeMessage(12, writeValue, output)
  for (const value of values) pbf.writeMessage(13, writeValue, value)
}

function writeNode({ name, operator, inputs, outputs, attributes }: OnnxNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input)
  for (const output of outputs) pbf.writeStringField(2, output)
  pbf.writeStringField(3, name)
  pbf.writeStringField(4, operator)
  for (const attribute of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, attribute)
}

function writeAttribute([name, value]: readonly [string, OnnxAttribute], pbf: PbfWriter): void {
  const writeType = (type: keyof typeof attributeTypes) => pbf.writeVarintField(20, attributeTypes[type])
  pbf.writeStringField(1, name)
  if (typeof value === 'number') {
    pbf.writeVarintField(3, value)
    writeType('int')
  } else if (typeof value === 'string') {
    pbf.writeBytesField(4, new TextEncoder().encode(value))
    writeType('string')
  } else if ('float' in value) {
    pbf.writeFloatField(2, value.float)
    writeType('float')
  } else if ('nodes' in value) {
    pbf.writeMessage(6, writeGraph, value)
    writeType('graph')
  } else {
    for (const each of value) pbf.writeVarintField(8, each)
    writeType('ints')
  }
}

function writeArrayType(
  { name, array }: { readonly name: string; readonly array: OnnxArray },
  pbf: PbfWriter,
): void {
  for (const size of array.shape) pbf.writeVarintField(1, size)
  pbf.writeVarintField(2, typeNumbers[array.dtype])
  pbf.writeStringField(8, name)
}

function writeValue(value: OnnxValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, value.name)
  pbf.writeMessage(2, (_, type) => type.writeMessage(1, writeTensorType, value), undefined)
}

function writeTensorType({ dtype, shape }: OnnxValue, pbf: PbfWriter): void {
  pbf.writeVarintField(1, typeNumbers[dtype])
  pbf.writeMessage(2, writeShape, shape)
}

function writeShape(shape: OnnxValue['shape'], pbf: PbfWriter): void {
  for (const size of shape) pbf.writeMessage(1, writeSize, size)
}

function writeSize(size: number | string | null, pbf: PbfWriter): void {
  if (typeof size === 'number') pbf.writeVarintField(1, size)
  else if (size !== null) pbf.writeStringField(2, size)
}
