import { afterAll, describe, expect, it } from 'vitest'
import { configure, getExecutor, useExecutor } from '../graph/executor.js'
import * as layers from '../layers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { sequential } from './sequential.js'

const samples = 46
const x = Float32Array.from({ length: samples * 36 }, (_, i) => Math.sin(i * 1.7))
const y = Uint8Array.from({ length: samples }, (_, i) => i % 3)

/** A run in which everything takes part: convolution, pooling, dropout, shuffling, a smaller last batch, validation. */
async function train() {
  const model = sequential(
    [
      layers.input([6, 6, 1]),
      layers.conv2d(4, 3, { activation: 'relu' }),
      layers.maxPooling2d(2),
      layers.flatten(),
      layers.dropout(0.3),
      layers.dense(3, { activation: 'softmax' }),
    ],
    { seed: 1 },
  )
  model.compile({ loss: 'sparse_categorical_crossentropy', optimizer: 'adam', metrics: ['accuracy'] })
  const options = { batchSize: 8, epochs: 4, validationSplit: 0.3, seed: 3, verbose: 0 } as const
  return (await model.fit(x, y, options)).history
}

afterAll(async () => (await getExecutor()).close())

describe('training on WebAssembly', () => {
  it('gives the numbers of the float64 reference', async () => {
    await configure({ target: 'wasm', threads: 1 })
    const actual = await train()
    expect((await getExecutor()).statistics.target).toBe('wasm')
    useExecutor(new ReferenceExecutor())
    const expected = await train()
    expect(Object.keys(actual)).toEqual(['accuracy', 'loss', 'val_accuracy', 'val_loss'])
    for (const [key, values] of Object.entries(expected)) {
      values.forEach((value, epoch) => expect(actual[key][epoch], `${key} ${epoch}`).toBeCloseTo(value, 5))
    }
  })

  it('gives the same numbers with one and two threads', async () => {
    await configure({ target: 'wasm', threads: 1 })
    const alone = await train()
    await configure({ threads: 2 })
    expect(await train()).toEqual(alone)
  })
})
