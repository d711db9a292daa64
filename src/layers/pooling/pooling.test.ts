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
  adaptiveAveragePooling1d: {
    make: () => layers.adaptiveAveragePooling1d(4),
    inputShape: [2, 11, 3],
    outputShape: [2, 4, 3],
  },
  'adaptiveAveragePooling2d, to more places than there are': {
    make: () => layers.adaptiveAveragePooling2d([3, 5]),
    inputShape: [2, 6, 3, 2],
    outputShape: [2, 3, 5, 2],
  },
  adaptiveAveragePooling3d: {
    make: () => layers.adaptiveAveragePooling3d(2),
    inputShape: [1, 3, 4, 5, 2],
    outputShape: [1, 2, 2, 2, 2],
  },
  adaptiveMaxPooling1d: {
    make: () => layers.adaptiveMaxPooling1d(5),
    inputShape: [2, 7, 3],
    outputShape: [2, 5, 3],
  },
  adaptiveMaxPooling2d: {
    make: () => layers.adaptiveMaxPooling2d([1, 3]),
    inputShape: [2, 4, 5, 2],
    outputShape: [2, 1, 3, 2],
  },
  adaptiveMaxPooling3d: {
    make: () => layers.adaptiveMaxPooling3d([1, 2, 3]),
    inputShape: [1, 3, 3, 3, 2],
    outputShape: [1, 1, 2, 3, 2],
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

  it('pool to a given size by windows from floor(i n / m) up to ceil((i + 1) n / m)', () => {
    for (const [length, count] of [
      [11, 4],
      [12, 5],
      [7, 5],
      [3, 7],
      [1, 3],
      [5, 1],
      [6, 3],
      [10, 7],
    ]) {
      const values = Array.from({ length }, (_, i) => ((i * 37) % 23) - 11)
      const windows = Array.from({ length: count }, (_, i) =>
        values.slice(Math.floor((i * length) / count), Math.ceil(((i + 1) * length) / count)),
      )
      const sequence = tensor(values, { shape: [1, length, 1] })
      const name = `${length} to ${count}`
      expect(referenceValues(layers.adaptiveMaxPooling1d(count)(sequence)), name).toEqual(
        windows.map((window) => Math.max(...window)),
      )
      referenceValues(layers.adaptiveAveragePooling1d(count)(sequence)).forEach((value, i) =>
        expect(value, name).toBeCloseTo(windows[i].reduce((a, b) => a + b, 0) / windows[i].length, 6),
      )
    }
    expect(() => layers.adaptiveMaxPooling1d(3).build([null, null, 2])).toThrow(/known number of places/)
  })

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
