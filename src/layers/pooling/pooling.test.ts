import { describe, expect, it } from 'vitest'
import { tensor } from '../../ops/tensor.js'
import { referenceValues } from '../../testing/referenceEvaluate.js'
import { type LayerCase, runLayerTest } from '../../testing/runLayerTest.js'
import * as layers from '../index.js'

const cases: Record<string, LayerCase> = {
  maxPooling1d: { make: () => layers.maxPooling1d(), inputShape: [2, 7, 3], outputShape: [2, 3, 3] },
  maxPooling3d: {
    make: () => layers.maxPooling3d(2),
    inputShape: [1, 4, 4, 2, 2],
    outputShape: [1, 2, 2, 1, 2],
  },
  'averagePooling1d same': {
    make: () => layers.averagePooling1d(3, { strides: 2, padding: 'same' }),
    inputShape: [2, 7, 3],
    outputShape: [2, 4, 3],
  },
  averagePooling3d: {
    make: () => layers.averagePooling3d(),
    inputShape: [1, 2, 4, 2, 2],
    outputShape: [1, 1, 2, 1, 2],
  },
  globalMaxPooling1d: { make: () => layers.globalMaxPooling1d(), inputShape: [2, 5, 3], outputShape: [2, 3] },
  globalMaxPooling2d: {
    make: () => layers.globalMaxPooling2d({ keepdims: true }),
    inputShape: [2, 5, 4, 3],
    outputShape: [2, 1, 1, 3],
  },
  globalMaxPooling3d: {
    make: () => layers.globalMaxPooling3d(),
    inputShape: [2, 2, 3, 2, 3],
    outputShape: [2, 3],
  },
  globalAveragePooling1d: {
    make: () => layers.globalAveragePooling1d(),
    inputShape: [2, 5, 3],
    outputShape: [2, 3],
  },
  globalAveragePooling2d: {
    make: () => layers.globalAveragePooling2d(),
    inputShape: [2, 5, 4, 3],
    outputShape: [2, 3],
  },
  globalAveragePooling3d: {
    make: () => layers.globalAveragePooling3d(),
    inputShape: [2, 2, 3, 2, 3],
    outputShape: [2, 3],
  },
}

describe('pooling layers', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => runLayerTest(layerCase))

  it('take the mean or maximum of each channel over all places', () => {
    const image = tensor([
      [
        [
          [1, 8],
          [2, 7],
        ],
        [
          [3, 6],
          [6, 3],
        ],
      ],
    ])
    expect(referenceValues(layers.globalAveragePooling2d()(image))).toEqual([3, 6])
    expect(referenceValues(layers.globalMaxPooling2d()(image))).toEqual([6, 8])
  })
})
