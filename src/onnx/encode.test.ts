import { PbfReader } from 'pbf'
import { describe, expect, it } from 'vitest'
import { joinBytes } from '../saving/storedArray.js'
import { encodeModel } from './encode.js'
import type { OnnxArray, OnnxGraph } from './format.js'

const graph: OnnxGraph = {
  name: 'net',
  nodes: [{ name: 'a/Add', operator: 'Add', inputs: ['x', 'w'], outputs: ['y'], attributes: { axis: -1 } }],
  inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 2, null] }],
  outputs: [{ name: 'y', dtype: 'int32', shape: [3] }],
  values: [],
  initializers: new Map([['w', { dtype: 'float32', shape: [1, 2], data: Float32Array.of(0.5, -2) }]]),
}

/** Everything a message holds, by the numbers of its fields: bytes, or whole numbers. */
type Fields = Record<number, (Uint8Array | number)[]>

const fieldsOf = (bytes: Uint8Array): Fields =>
  new PbfReader(bytes).readFields((field, fields: Fields, pbf) => {
    fields[field] ??= []
    fields[field].push(pbf.type === 2 ? pbf.readBytes().slice() : pbf.readVarint(true))
  }, {})

const inside = (fields: Fields, ...path: number[]): Fields =>
  path.reduce((found, field) => fieldsOf(found[field][0] as Uint8Array), fields)

const text = (bytes: number | Uint8Array): string => new TextDecoder().decode(bytes as Uint8Array)

describe('encodeModel', () => {
  it('writes what onnx.proto says, by its numbers of fields', async () => {
    const model = fieldsOf(joinBytes(await encodeModel(graph)))
    expect(model[1]).toEqual([8])
    expect(inside(model, 8)[2]).toEqual([17])
    const written = inside(model, 7)
    expect(text(written[2][0])).toBe('net')
    const node = inside(written, 1)
    expect([...node[1], ...node[2], ...node[3], ...node[4]].map(text)).toEqual([
      'x',
      'w',
      'y',
      'a/Add',
      'Add',
    ])
    const attribute = inside(node, 5)
    expect([attribute[3], attribute[20]]).toEqual([[-1], [2]])
    const array = inside(written, 5)
    expect([array[1], array[2], text(array[8][0])]).toEqual([[1, 2], [1], 'w'])
    expect(new Float32Array((array[9][0] as Uint8Array).buffer)).toEqual(Float32Array.of(0.5, -2))
    const type = inside(written, 11, 2, 1)
    expect(type[1]).toEqual([1])
    const sizes = fieldsOf(type[2][0] as Uint8Array)[1].map((size) => fieldsOf(size as Uint8Array))
    expect([text(sizes[0][2][0]), sizes[1][1], sizes[2]]).toEqual(['batch', [2], {}])
  })

  it('refuses what is larger than protobuf allows', async () => {
    const shared: OnnxArray = { dtype: 'float32', shape: [2 ** 26], data: new Float32Array(2 ** 26) }
    const initializers = new Map(Array.from({ length: 8 }, (_, i) => [`w${i}`, shared]))
    await expect(encodeModel({ ...graph, initializers })).rejects.toThrow(
      /would have 2147\d+ bytes, and protobuf.* allows 2147483647.*save\('model.keras'\)/,
    )
  })
})
