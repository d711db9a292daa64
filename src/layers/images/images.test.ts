import { describe, expect, it } from 'vitest'
import type { Tensor } from '../../graph/tensor.js'
import * as models from '../../models/index.js'
import { cast } from '../../ops/cast.js'
import { tensor } from '../../ops/tensor.js'
import { referenceValues } from '../../testing/referenceEvaluate.js'
import { type LayerCase, runLayerTest, sampleTensor } from '../../testing/runLayerTest.js'
import * as layers from '../index.js'
import { affineTransform, type FillMode } from './affineTransform.js'

const shape = [3, 4, 5, 2]
const inTraining = { inputShape: shape, outputShape: shape, options: { training: true } }
const wide = { valueRange: [-2, 2] } as const

/** With seeds, since a layer must do the same each time it is looked at. */
const cases: Record<string, LayerCase> = {
  randomFlip: { ...inTraining, make: () => layers.randomFlip('horizontal', { seed: 1 }) },
  'randomFlip both ways': { ...inTraining, make: () => layers.randomFlip(undefined, { seed: 1 }) },
  randomBrightness: { ...inTraining, make: () => layers.randomBrightness(0.2, { seed: 1, ...wide }) },
  randomContrast: { ...inTraining, make: () => layers.randomContrast(0.2, { seed: 1, ...wide }) },
  randomRotation: { ...inTraining, make: () => layers.randomRotation(0.2, { seed: 1 }) },
  'randomRotation in inference': {
    make: () => layers.randomRotation(0.2),
    inputShape: shape,
    outputShape: shape,
  },
  randomTranslation: { ...inTraining, make: () => layers.randomTranslation(0.3, 0.2, { seed: 1 }) },
  randomZoom: {
    ...inTraining,
    make: () => layers.randomZoom(0.3, { seed: 1, fillMode: 'constant', widthFactor: [0, 0.1] }),
  },
  randomCrop: {
    make: () => layers.randomCrop(3, 2, { seed: 1 }),
    inputShape: shape,
    outputShape: [3, 3, 2, 2],
    options: { training: true },
  },
  'randomCrop in inference': {
    make: () => layers.randomCrop(3, 2),
    inputShape: shape,
    outputShape: [3, 3, 2, 2],
  },
  centerCrop: { make: () => layers.centerCrop(2, 3), inputShape: shape, outputShape: [3, 2, 3, 2] },
  'centerCrop of small images': {
    make: () => layers.centerCrop(6, 3),
    inputShape: shape,
    outputShape: [3, 6, 3, 2],
  },
  resizing: { make: () => layers.resizing(3, 7), inputShape: shape, outputShape: [3, 3, 7, 2] },
  'resizing with a border': {
    make: () => layers.resizing(4, 4, { padToAspectRatio: true, fillValue: 0.5 }),
    inputShape: shape,
    outputShape: [3, 4, 4, 2],
  },
  'resizing of a part': {
    make: () => layers.resizing(4, 4, { cropToAspectRatio: true }),
    inputShape: shape,
    outputShape: [3, 4, 4, 2],
  },
}

describe('image layers', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => runLayerTest(layerCase))
})

/** A row of pixels, read from places that lie `by` to the left. */
const moved = (by: number, fillMode: FillMode): number[] => {
  const row = tensor([1, 2, 3, 4], { shape: [1, 1, 4, 1] })
  const [one, zero, shift] = [1, 0, -by].map((value) => tensor([value]))
  const options = { fillMode, interpolation: 'bilinear', fillValue: 9 } as const
  const map = { x: [one, zero, shift], y: [zero, one, zero] } as const
  return [...referenceValues(affineTransform(row, map, options))]
}

describe('affineTransform', () => {
  it('fills what lies outside', () => {
    expect(moved(3, 'reflect')).toEqual([3, 2, 1, 1])
    expect(moved(-3, 'reflect')).toEqual([4, 4, 3, 2])
    expect(moved(3, 'nearest')).toEqual([1, 1, 1, 1])
    expect(moved(3, 'constant')).toEqual([9, 9, 9, 1])
    expect(moved(1, 'wrap')).toEqual([4, 1, 2, 3])
  })

  it('reads between pixels', () => {
    expect(moved(0.25, 'nearest')).toEqual([1, 1.75, 2.75, 3.75])
    expect(moved(0.25, 'constant')).toEqual([0.25 * 9 + 0.75, 1.75, 2.75, 3.75])
  })
})

const distinct = (x: Tensor): number => {
  const values = referenceValues(x)
  const size = values.length / x.shape[0]
  const rows = Array.from({ length: x.shape[0] }, (_, i) => values.slice(i * size, (i + 1) * size).join())
  return new Set(rows).size
}

describe('augmentation', () => {
  const one = sampleTensor([1, 6, 6, 1])
  const many = tensor(
    Float32Array.from({ length: 16 * 36 }, (_, i) => referenceValues(one)[i % 36]),
    {
      shape: [16, 6, 6, 1],
    },
  )
  const layersOfAll: Record<string, () => layers.Layer> = {
    randomFlip: () => layers.randomFlip(),
    randomRotation: () => layers.randomRotation(0.5),
    randomTranslation: () => layers.randomTranslation(0.5, 0.5),
    randomZoom: () => layers.randomZoom(0.5),
    randomBrightness: () => layers.randomBrightness(0.5, { valueRange: [-1, 1] }),
    randomContrast: () => layers.randomContrast(0.5, { valueRange: [-1, 1] }),
  }

  it.each(Object.entries(layersOfAll))(
    '%s changes each image in its own way, in training alone',
    (_, make) => {
      const layer = make()
      expect(distinct(layer(many, { training: true }))).toBeGreaterThan(1)
      expect(distinct(layer(many))).toBe(1)
    },
  )

  it('turns half a turn at most', () => {
    const half = layers.randomRotation([0.5, 0.5])(one, { training: true })
    expect([...referenceValues(half)]).toEqual(
      [...referenceValues(one)].reverse().map((value) => expect.closeTo(value, 5)),
    )
  })

  it('takes bytes, and keeps them in resizing', () => {
    const bytes = cast(tensor([0, 255, 255, 0], { shape: [1, 2, 2, 1] }), 'uint8')
    expect(layers.resizing(4, 4)(bytes).dtype).toBe('uint8')
    expect(layers.randomFlip()(bytes, { training: true }).dtype).toBe('float32')
  })

  it('is part of a model that trains, and is left out of predictions', async () => {
    const model = models.sequential([
      layers.input([6, 6, 1]),
      layers.randomFlip(),
      layers.randomRotation(0.1),
      layers.randomZoom(0.1),
      layers.randomTranslation(0.1, 0.1),
      layers.randomContrast(0.1, { valueRange: [-1, 1] }),
      layers.flatten(),
      layers.dense(1),
    ])
    model.compile({ loss: 'mse', optimizer: 'adam' })
    const { history } = await model.fit(many, new Float32Array(16).fill(5), { epochs: 300, verbose: 0 })
    expect(history.loss[299]).toBeLessThan(history.loss[0] / 2)
    const [a, b] = [await model.predict(many), await model.predict(many)]
    expect(await a.data()).toEqual(await b.data())
    expect(distinct(a)).toBe(1)
  })

  it('refuses settings that make no sense', () => {
    expect(() => layers.randomRotation(2)).toThrow(
      /factor: expected a number from -1 to 1, or two of them, received 2/,
    )
    expect(() => layers.randomContrast([0.5, 3])).toThrow(/factor: expected a number from 0 to 1/)
    expect(() => layers.randomTranslation(0.1, undefined as never)).toThrow(/widthFactor: expected a number/)
    expect(() => layers.randomFlip('up' as never)).toThrow(/mode: expected 'horizontal'/)
    expect(() => layers.randomZoom(0.1, { fillMode: 'mirror' as never })).toThrow(/fillMode: expected/)
    expect(() => layers.resizing(0, 3)).toThrow(/height: expected an integer of at least 1, received 0/)
    expect(() => layers.resizing(3, 3, { cropToAspectRatio: true, padToAspectRatio: true })).toThrow(
      /received both/,
    )
    expect(() => layers.randomFlip()(sampleTensor([6, 6, 1]))).toThrow(
      /rank 4, \[batch, height, width, channels\]/,
    )
  })
})
