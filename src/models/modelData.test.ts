import { describe, expect, it } from 'vitest'
import { ArgumentError, ShapeError } from '../errors.js'
import * as layers from '../layers/index.js'
import { tensor } from '../ops/tensor.js'
import { dataSource } from './dataSource.js'
import { functional } from './functional.js'
import { modelData } from './modelData.js'
import { sequential } from './sequential.js'

const names = { x: 'x', y: 'y', sampleWeight: 'sampleWeight' }
const rows = Array.from({ length: 6 }, (_, i) => Float32Array.of(i, 2 * i, 3 * i, 1))

const oneInput = () => sequential([layers.input([4]), layers.dense(2)])

/** What is read of data: shape and type of each array. */
async function read(model: Parameters<typeof modelData>[0], x: unknown, y?: unknown) {
  const data = await modelData(model, { x, y }, names)
  return [...data.x, ...data.y].map((source) => [source?.dtype, source?.shape])
}

describe('a list of typed arrays', () => {
  it('is samples of a model with one input, and labels of one output', async () => {
    const oneHot = rows.map((_, i) => Uint8Array.of(i % 2, (i + 1) % 2))
    const model = oneInput()
    expect(await read(model, rows, oneHot)).toEqual([
      ['float32', [6, 4]],
      ['uint8', [6, 2]],
    ])
    const { x } = await modelData(model, { x: rows }, names)
    expect(Array.from(x[0].data.subarray(4, 8))).toEqual([1, 2, 3, 1])
    expect(await read(sequential([layers.dense(2)]), rows)).toEqual([['float32', [6, 4]]])
  })

  it('has the shape of samples where they have as many elements', async () => {
    const images = [new Uint8Array(12), new Uint8Array(12), new Uint8Array(12)]
    const model = sequential([layers.input([2, 2, 3]), layers.flatten()])
    expect(await read(model, images, images)).toEqual([
      ['uint8', [3, 2, 2, 3]],
      ['uint8', [3, 12]],
    ])
    expect(await read(sequential([layers.input([3, 4]), layers.flatten()]), [new Float32Array(24)])).toEqual([
      ['float32', [2, 3, 4]],
    ])
    expect(
      await read(sequential([layers.input([null]), layers.activation('relu')]), [new Float32Array(24)]),
    ).toEqual([['float32', [1, 24]]])
  })

  it('is the inputs of a model with several', async () => {
    const inputs = [layers.input([4]), layers.input([2])]
    const model = functional({ inputs, outputs: layers.concatenate(inputs) })
    expect(await read(model, [new Float32Array(12), new Float32Array(6)])).toEqual([
      ['float32', [3, 4]],
      ['float32', [3, 2]],
    ])
    await expect(read(model, rows)).rejects.toThrow('received a list of 6')
    const pairs = rows.map(() => Float32Array.of(1, 2))
    expect(await read(model, [rows, pairs])).toEqual([
      ['float32', [6, 4]],
      ['float32', [6, 2]],
    ])
  })

  it('must hold rows of one length, that of a sample', async () => {
    const ragged = [...rows, new Float32Array(3)]
    await expect(read(oneInput(), ragged)).rejects.toThrow('All samples must have the same shape.')
    const short = rows.map((row) => row.subarray(1))
    await expect(read(oneInput(), short)).rejects.toThrow(ShapeError)
  })
})

describe('numbers of other types', () => {
  it('keep their values: those of Uint32Array become float32, as in a tensor', async () => {
    const source = await dataSource(Uint32Array.of(3e9, 7), 'x')
    expect([source.dtype, Array.from(source.data)]).toEqual(['float32', [3e9, 7]])
    expect(tensor(Uint32Array.of(3e9)).dtype).toBe('float32')
    expect((await dataSource(Int16Array.of(-3), 'x')).dtype).toBe('int32')
  })

  it('are refused if they are bigints', async () => {
    for (const data of [new BigInt64Array(2), new BigUint64Array(2), [new BigInt64Array(2)]]) {
      const reading = dataSource(data as never, 'x')
      await expect(reading).rejects.toThrow(ArgumentError)
      await expect(reading).rejects.toThrow(
        /^x: .*received BigU?[iI]nt64Array of 2\. Convert it: Float32Array\.from/,
      )
    }
  })
})
