import { describe, expect, it } from 'vitest'
import type { Tensor } from '../../graph/tensor.js'
import * as models from '../../models/index.js'
import { sliceAxis } from '../../ops/slice.js'
import { expectClose } from '../../testing/opTest.js'
import { sampleTensor } from '../../testing/runLayerTest.js'
import * as layers from '../index.js'

/** Two samples of six steps, and the two halves of their time. */
const whole = sampleTensor([2, 6, 3])
const [early, late] = [sliceAxis(whole, 1, 0, 3), sliceAxis(whole, 1, 3)]

const made: Record<string, (options: layers.RecurrentOptions) => layers.Layer> = {
  simpleRnn: (options) => layers.simpleRnn(4, options),
  gru: (options) => layers.gru(4, options),
  lstm: (options) => layers.lstm(4, options),
  'a stack of cells': (options) => layers.rnn([layers.lstmCell(4), layers.gruCell(2)], options),
}

/** A model of the layer for batches of two. */
const modelOf = (layer: layers.Layer, time: number | null = 3) =>
  models.sequential([layers.input([time, 3], { batchSize: 2 }), layer])

const numbers = async (x: Tensor) => Array.from(await x.data())

describe('stateful recurrent layers', () => {
  it.each(Object.entries(made))('go on where the batch before ended: %s', async (_, make) => {
    const [stateful, plain] = [modelOf(make({ stateful: true })), modelOf(make({}), 6)]
    await plain.setWeights(await stateful.getWeights())
    const all = await numbers(await plain.predictOnBatch(whole))
    const first = await numbers(await stateful.predictOnBatch(early))
    expectClose(await numbers(await stateful.predictOnBatch(late)), all, 1e-6)
    // Until they are reset.
    expect(await numbers(await stateful.predictOnBatch(early))).not.toEqual(first)
    stateful.resetStates()
    expect(await numbers(await stateful.predictOnBatch(early))).toEqual(first)
  })

  it('go through a data set sample by sample of a batch', async () => {
    const layer = layers.gru(4, { stateful: true })
    const model = modelOf(layer)
    const batches = [early, late, early].map((batch) => model.predictOnBatch(batch))
    const expected = (await Promise.all(batches.map(async (batch) => numbers(await batch)))).flat()
    layer.resetStates()
    const data = new Float32Array([...(await early.data()), ...(await late.data()), ...(await early.data())])
    expect(await numbers(await model.predict(data, { batchSize: 2 }))).toEqual(expected)
  })

  it('keep states in training and evaluation too, where no sample is made up to fill a batch', async () => {
    const model = modelOf(layers.lstm(1, { stateful: true }))
    model.compile({ loss: 'mse', optimizer: 'sgd' })
    const labels = [[0.5], [-0.5]]
    const { loss } = await model.evaluate(early, labels)
    const again = await model.evaluate(early, labels)
    expect(again.loss).not.toBe(loss)
    model.resetStates()
    expect((await model.evaluate(early, labels)).loss).toBe(loss)
    await model.fit(early, labels, { epochs: 2, batchSize: 2, shuffle: false, verbose: 0 })
    const after = await numbers(await model.predictOnBatch(late))
    model.resetStates()
    expect(await numbers(await model.predictOnBatch(late))).not.toEqual(after)
  })

  it('keep those of both directions', async () => {
    const model = modelOf(layers.bidirectional(layers.simpleRnn(2, { stateful: true })))
    const first = await numbers(await model.predictOnBatch(early))
    const second = await numbers(await model.predictOnBatch(early))
    expect(second.map((value, i) => value === first[i])).not.toContain(true)
    model.resetStates()
    expect(await numbers(await model.predictOnBatch(early))).toEqual(first)
  })

  it('begin with given states where there are some', async () => {
    const layer = layers.simpleRnn(4, { stateful: true })
    const [x, h] = [layers.input([3, 3], { batchSize: 2 }), layers.input([4], { batchSize: 2 })]
    const model = models.functional({ inputs: [x, h], outputs: layer([x, h]) })
    const states = sampleTensor([2, 4], 5)
    const first = await numbers(await model.predictOnBatch([early, states]))
    expect(await numbers(await model.predictOnBatch([early, states]))).toEqual(first)
  })

  it('do not count as weights, and come back from configs', () => {
    const layer = layers.gru(4, { stateful: true })
    const model = modelOf(layer)
    expect(model.weights.length).toBe(3)
    const copy = models.deserialize(JSON.parse(JSON.stringify(models.serialize(model))))
    expect(copy.getConfig()).toEqual(model.getConfig())
    expect([copy.fixedBatchSize, layers.dense(1).fixedBatchSize]).toEqual([2, undefined])
  })

  it('say what they need', async () => {
    expect(() => layers.lstm(4, { stateful: true }).build([null, 3, 3])).toThrow(
      /must know how many there are. Give the number in layers.input\(shape, \{ batchSize \}\)/,
    )
    const layer = layers.lstm(4, { stateful: true })
    expect(() => layer(early)).toThrow(/keeps its states from one step of a model to the next/)
    await expect(
      modelOf(layers.lstm(4, { stateful: true })).predict(sampleTensor([3, 3, 3])),
    ).rejects.toThrow(/expected batches of 2 samples, for which it keeps states; received one of 3/)
  })
})
