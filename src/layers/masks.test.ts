import { describe, expect, it } from 'vitest'
import { tensor } from '../ops/tensor.js'
import { expectClose } from '../testing/opTest.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import * as layers from './index.js'

describe('masks', () => {
  const padded = tensor([
    [3, 1, 0],
    [2, 0, 0],
  ])

  it('begin at embeddings with maskZero, and end there without', () => {
    const mask = layers.maskOf(layers.embedding(5, 2, { maskZero: true })(padded))
    expect(mask && referenceValues(mask)).toEqual([1, 1, 0, 1, 0, 0])
    expect(layers.maskOf(layers.embedding(5, 2)(padded))).toBeUndefined()
    expect(layers.embedding(5, 2, { maskZero: true }).getConfig().mask_zero).toBe(true)
  })

  it('go through layers that work step by step, and end at the others', () => {
    const x = layers.embedding(5, 2, { maskZero: true })(padded)
    const through = [
      layers.activation('relu'),
      layers.dense(3),
      layers.dropout(0.5),
      layers.rescaling(2),
      layers.gaussianNoise(1),
      layers.layerNormalization(),
      layers.unitNormalization(),
      layers.lstm(2, { returnSequences: true }),
      layers.bidirectional(layers.gru(2, { returnSequences: true })),
      layers.timeDistributed(layers.dense(2)),
    ]
    for (const layer of through) expect(layers.maskOf(layer(x)), layer.title).toBe(layers.maskOf(x))
    for (const layer of [
      layers.flatten(),
      layers.lstm(2),
      layers.globalAveragePooling1d(),
      layers.conv1d(2, 1),
    ]) {
      expect(layers.maskOf(layer(x)), layer.title).toBeUndefined()
    }
  })

  it('leave steps out of the mean', () => {
    const x = layers.masking()(
      tensor([
        [
          [1, 2],
          [3, 6],
          [0, 0],
          [0, 0],
        ],
      ]),
    )
    expectClose(referenceValues(layers.globalAveragePooling1d()(x)), [2, 4], 1e-12)
  })
})
