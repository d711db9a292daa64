import { describe, expect, it } from 'vitest'
import { ones } from '../../ops/tensor.js'
import { referenceValues } from '../../testing/referenceEvaluate.js'
import { type LayerCase, runLayerTest, sampleTensor } from '../../testing/runLayerTest.js'
import { setRandomSeed } from '../../utils/randomSeed.js'
import * as layers from '../index.js'

const training = { training: true }
const cases: Record<string, LayerCase> = {
  spatialDropout1d: {
    make: () => layers.spatialDropout1d(0.5),
    inputShape: [2, 5, 4],
    outputShape: [2, 5, 4],
    options: training,
  },
  spatialDropout2d: {
    make: () => layers.spatialDropout2d(0.5),
    inputShape: [2, 3, 3, 4],
    outputShape: [2, 3, 3, 4],
    options: training,
  },
  spatialDropout3d: {
    make: () => layers.spatialDropout3d(0.5),
    inputShape: [1, 2, 2, 2, 4],
    outputShape: [1, 2, 2, 2, 4],
  },
  gaussianNoise: {
    make: () => layers.gaussianNoise(0.3),
    inputShape: [4, 5],
    outputShape: [4, 5],
    options: training,
  },
  gaussianDropout: {
    make: () => layers.gaussianDropout(0.3),
    inputShape: [4, 5],
    outputShape: [4, 5],
    options: training,
  },
  activityRegularization: {
    make: () => layers.activityRegularization({ l1: 0.1, l2: 0.2 }),
    inputShape: [4, 5],
    outputShape: [4, 5],
  },
  alphaDropout: {
    make: () => layers.alphaDropout(0.3),
    inputShape: [4, 5],
    outputShape: [4, 5],
    options: training,
  },
}

describe('regularisation layers', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => runLayerTest(layerCase))

  it('drop whole channels, and scale the others', () => {
    setRandomSeed(1)
    const output = referenceValues(layers.spatialDropout2d(0.5)(ones([8, 3, 3, 16]), training))
    const channels = Array.from({ length: 8 * 16 }, (_, i) =>
      Array.from({ length: 9 }, (__, place) => output[(Math.floor(i / 16) * 9 + place) * 16 + (i % 16)]),
    )
    for (const channel of channels) expect(new Set(channel).size).toBe(1)
    expect(new Set(output)).toEqual(new Set([0, 2]))
  })

  it('keep mean and spread as their definitions say', () => {
    setRandomSeed(2)
    const moments = (values: readonly number[]) => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length
      return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)]
    }
    const [noiseMean, noiseSpread] = moments(
      referenceValues(layers.gaussianDropout(0.2)(ones([100, 100]), training)),
    )
    expect(noiseMean).toBeCloseTo(1, 1)
    expect(noiseSpread).toBeCloseTo(0.5, 1)
    const standard = layers.gaussianNoise(1)(ones([100, 100]), training)
    const [alphaMean, alphaSpread] = moments(
      referenceValues(layers.alphaDropout(0.2)(layers.rescaling(1, { offset: -1 })(standard), training)),
    )
    expect(alphaMean).toBeCloseTo(0, 1)
    expect(alphaSpread).toBeCloseTo(1, 1)
  })

  it('do nothing in inference', () => {
    const x = sampleTensor([3, 4])
    for (const layer of [layers.gaussianNoise(1), layers.gaussianDropout(0.5), layers.alphaDropout(0.5)]) {
      expect(referenceValues(layer(x))).toEqual(referenceValues(x))
    }
  })
})
