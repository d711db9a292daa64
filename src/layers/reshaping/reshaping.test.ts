import { describe, expect, it } from 'vitest'
import { tensor } from '../../ops/tensor.js'
import { referenceValues } from '../../testing/referenceEvaluate.js'
import { type LayerCase, runLayerTest, sampleTensor } from '../../testing/runLayerTest.js'
import * as layers from '../index.js'

const cases: Record<string, LayerCase> = {
  reshape: { make: () => layers.reshape([2, -1]), inputShape: [3, 4, 2], outputShape: [3, 2, 4] },
  permute: { make: () => layers.permute([2, 1]), inputShape: [3, 4, 2], outputShape: [3, 2, 4] },
  repeatVector: { make: () => layers.repeatVector(4), inputShape: [3, 2], outputShape: [3, 4, 2] },
  zeroPadding1d: { make: () => layers.zeroPadding1d([1, 2]), inputShape: [2, 3, 2], outputShape: [2, 6, 2] },
  zeroPadding2d: {
    make: () => layers.zeroPadding2d([1, 2]),
    inputShape: [2, 3, 4, 2],
    outputShape: [2, 5, 8, 2],
  },
  'zeroPadding2d, each side': {
    make: () =>
      layers.zeroPadding2d([
        [1, 0],
        [0, 2],
      ]),
    inputShape: [2, 3, 4, 2],
    outputShape: [2, 4, 6, 2],
  },
  zeroPadding3d: {
    make: () => layers.zeroPadding3d(),
    inputShape: [1, 2, 2, 2, 1],
    outputShape: [1, 4, 4, 4, 1],
  },
  cropping1d: { make: () => layers.cropping1d([0, 2]), inputShape: [2, 5, 2], outputShape: [2, 3, 2] },
  cropping2d: { make: () => layers.cropping2d(1), inputShape: [2, 5, 4, 2], outputShape: [2, 3, 2, 2] },
  cropping3d: { make: () => layers.cropping3d(), inputShape: [1, 3, 4, 5, 2], outputShape: [1, 1, 2, 3, 2] },
  upSampling1d: { make: () => layers.upSampling1d(3), inputShape: [2, 3, 2], outputShape: [2, 9, 2] },
  upSampling2d: {
    make: () => layers.upSampling2d([2, 3]),
    inputShape: [1, 2, 2, 2],
    outputShape: [1, 4, 6, 2],
  },
  upSampling3d: {
    make: () => layers.upSampling3d(),
    inputShape: [1, 1, 2, 2, 1],
    outputShape: [1, 2, 4, 4, 1],
  },
}

describe('reshaping layers', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => runLayerTest(layerCase))

  it('repeat each place where it stands', () => {
    const image = tensor([
      [
        [[1], [2]],
        [[3], [4]],
      ],
    ])
    expect(referenceValues(layers.upSampling2d(2)(image))).toEqual([
      1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4,
    ])
  })

  it('say what is wrong with sizes that do not fit', () => {
    expect(() => layers.reshape([5])(sampleTensor([2, 4]))).toThrow(/sample of 4 elements.*targetShape \[5\]/)
    expect(() => layers.permute([0, 1])).toThrow(/numbers 1 to the rank/)
    expect(() => layers.cropping2d(2)(sampleTensor([1, 4, 4, 1]))).toThrow(/leaves nothing/)
    expect(() => layers.zeroPadding2d([1, -1])).toThrow(/integer of at least 0/)
  })
})
