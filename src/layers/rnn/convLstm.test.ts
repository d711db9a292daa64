import { describe, expect, it } from 'vitest'
import * as models from '../../models/index.js'
import { reshape } from '../../ops/reshape.js'
import { sliceAxis } from '../../ops/slice.js'
import { tensor } from '../../ops/tensor.js'
import { expectClose } from '../../testing/opTest.js'
import { referenceValues } from '../../testing/referenceEvaluate.js'
import { type LayerCase, runLayerTest, sampleTensor } from '../../testing/runLayerTest.js'
import * as layers from '../index.js'
import { withMask } from '../masks.js'

const movie = [1, 3, 4, 3, 2]
const cases: Record<string, LayerCase> = {
  convLstm1d: {
    make: () => layers.convLstm1d(2, 3, { padding: 'same', returnSequences: true }),
    inputShape: [2, 3, 5, 2],
    outputShape: [2, 3, 5, 2],
    weightShapes: [[3, 2, 8], [3, 2, 8], [8]],
  },
  convLstm2d: {
    make: () => layers.convLstm2d(2, 2, { unitForgetBias: false, biasInitializer: 'uniform' }),
    inputShape: movie,
    outputShape: [1, 3, 2, 2],
    weightShapes: [[2, 2, 2, 8], [2, 2, 2, 8], [8]],
  },
  'convLstm2d with strides, backwards': {
    make: () => layers.convLstm2d(1, [3, 2], { strides: [2, 1], padding: 'same', goBackwards: true }),
    inputShape: movie,
    outputShape: [1, 2, 3, 1],
    weightShapes: [[3, 2, 2, 4], [3, 2, 1, 4], [4]],
  },
  'convLstm2d with gaps, states given and returned': {
    make: () => layers.convLstm2d(1, 2, { dilationRate: 2, returnState: true, useBias: false }),
    inputShape: [movie, [1, 2, 1, 1], [1, 2, 1, 1]],
    outputShape: [
      [1, 2, 1, 1],
      [1, 2, 1, 1],
      [1, 2, 1, 1],
    ],
    weightShapes: [
      [2, 2, 2, 4],
      [2, 2, 1, 4],
    ],
  },
  convLstm3d: {
    make: () => layers.convLstm3d(1, [1, 2, 2]),
    inputShape: [1, 2, 2, 3, 2, 1],
    outputShape: [1, 2, 2, 1, 1],
    weightShapes: [[1, 2, 2, 1, 4], [1, 2, 2, 1, 4], [4]],
  },
}

describe('convolutional LSTMs', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => runLayerTest(layerCase))

  it('are LSTMs where the images have one pixel', () => {
    const [conv, plain] = [layers.convLstm2d(3, 1), layers.lstm(3)]
    const x = sampleTensor([2, 4, 5])
    const outputs = [() => conv(reshape(x, [2, 4, 1, 1, 5])), () => plain(x)]
    for (const run of outputs) run()
    conv.weights.forEach((weight, i) => weight.write(plain.weights[i].host ?? []))
    const [ofConv, ofPlain] = outputs.map((run) => referenceValues(run()))
    expectClose(ofConv, ofPlain, 1e-12)
  })

  it('leave out the times that a mask leaves out', () => {
    const layer = layers.convLstm2d(2, 2, { returnSequences: true })
    const x = sampleTensor([1, 4, 3, 3, 1])
    const mask = tensor([[true, true, false, false]])
    const short = referenceValues(layer(sliceAxis(x, 1, 0, 2)))
    const masked = referenceValues(layer(withMask(x, mask)))
    expectClose(masked.slice(0, 16), short, 1e-12)
    expectClose(masked.slice(24), short.slice(8), 1e-12)
  })

  it('drop in training', () => {
    const x = sampleTensor([1, 2, 4, 4, 2])
    const layer = layers.convLstm2d(2, 3, { dropout: 0.5, recurrentDropout: 0.5, seed: 1 })
    const calm = referenceValues(layer(x))
    const shaken = referenceValues(layer(x, { training: true }))
    expect(shaken).not.toEqual(calm)
    expect(referenceValues(layer(x, { training: true }))).toEqual(shaken)
  })

  it('keep states between batches, and go in both directions', async () => {
    const model = models.sequential([
      layers.input([2, 3, 3, 1], { batchSize: 1 }),
      layers.bidirectional(layers.convLstm2d(2, 2, { stateful: true })),
    ])
    expect(model.outputShape).toEqual([null, 2, 2, 4])
    const x = sampleTensor([1, 2, 3, 3, 1])
    const first = await (await model.predictOnBatch(x)).array()
    expect(await (await model.predictOnBatch(x)).array()).not.toEqual(first)
    model.resetStates()
    expect(await (await model.predictOnBatch(x)).array()).toEqual(first)
  })

  it('say what does not fit', () => {
    expect(() => layers.convLstm2d(1, 3)(sampleTensor([1, 4, 4, 2]))).toThrow(
      /rank 5, \[batch, time, height, width, channels\]/,
    )
    expect(() => layers.convLstm2d(1, 3)(sampleTensor([1, 2, 2, 2, 1]))).toThrow(/window of 3 does not fit/)
    expect(() => layers.convLstm2d(1, 3, { strides: 2, dilationRate: 2 })).toThrow(/cannot both be above 1/)
    expect(() => layers.convLstm1d(1, 3, { stateful: true }).build([1, 2, null, 1])).toThrow(
      /and all sizes of the shape but that of time/,
    )
  })
})
