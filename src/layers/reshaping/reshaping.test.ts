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
  'upSampling2d, bilinear': {
    make: () => layers.upSampling2d([2, 3], { interpolation: 'bilinear' }),
    inputShape: [1, 3, 2, 2],
    outputShape: [1, 6, 6, 2],
  },
  'upSampling2d, lanczos5': {
    make: () => layers.upSampling2d(2, { interpolation: 'lanczos5' }),
    inputShape: [2, 3, 4, 1],
    outputShape: [2, 6, 8, 1],
  },
  upSampling3d: {
    make: () => layers.upSampling3d(),
    inputShape: [1, 1, 2, 2, 1],
    outputShape: [1, 2, 4, 4, 1],
  },
}

describe('reshaping layers', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => runLayerTest(layerCase))

  it('weigh the places around, as their interpolation says', () => {
    const line = tensor([[[[0], [4], [8]]]])
    const enlarged = (interpolation: layers.UpSampling2DOptions['interpolation']) =>
      referenceValues(layers.upSampling2d([1, 2], { interpolation })(line))
    expect(enlarged('nearest')).toEqual([0, 0, 4, 4, 8, 8])
    // Halfway between two halves of pixels: three quarters of one and one of the other; borders stay.
    expect(enlarged('bilinear')).toEqual([0, 1, 3, 5, 7, 8])
    // Keys's weights at 1/4 and 5/4 from pixels: -9, 111, 29, -3 of 128; at the border they are brought to sum 1.
    const cubic = enlarged('bicubic')
    expect(cubic[2]).toBeCloseTo((29 * 0 + 111 * 4 - 9 * 8) / 131, 6)
    expect(cubic.slice(3)).toEqual(
      cubic
        .slice(0, 3)
        .map((value) => expect.closeTo(8 - value, 5))
        .reverse(),
    )
    expect(() => layers.upSampling2d(2, { interpolation: 'cubic' as 'bicubic' })).toThrow(
      /interpolation: expected 'nearest' or 'bilinear'.*received 'cubic'/,
    )
  })

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
