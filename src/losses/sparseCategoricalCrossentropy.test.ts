import { describe, expect, it } from 'vitest'
import { softmax } from '../activations/softmax.js'
import { gradients } from '../ops/gradient.js'
import { tensor } from '../ops/tensor.js'
import { transpose } from '../ops/transpose.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { expectNear } from '../testing/runLossTest.js'
import { categoricalCrossentropy } from './categoricalCrossentropy.js'
import {
  SparseCategoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from './sparseCategoricalCrossentropy.js'

describe('sparse categorical cross-entropy', () => {
  const logits = tensor([
    [1, 2, 0.5],
    [0, -1, 3],
  ])

  it('is that of one-hot labels', () => {
    const oneHot = tensor([
      [0, 1, 0],
      [1, 0, 0],
    ])
    const expected = referenceValues(categoricalCrossentropy(oneHot, logits, { fromLogits: true }))
    for (const labels of [tensor([1, 0]), tensor([[1], [0]]), tensor(new Uint8Array([1, 0]))]) {
      expectNear(
        referenceValues(sparseCategoricalCrossentropy(labels, logits, { fromLogits: true })),
        expected,
      )
      expectNear(referenceValues(sparseCategoricalCrossentropy(labels, softmax(logits))), expected)
    }
    const columns = transpose(logits)
    expectNear(
      referenceValues(sparseCategoricalCrossentropy(tensor([1, 0]), columns, { fromLogits: true, axis: 0 })),
      expected,
    )
  })

  it("has the values of Keras's documentation", () => {
    const probabilities = tensor([
      [0.05, 0.95, 0],
      [0.1, 0.8, 0.1],
    ])
    const values = sparseCategoricalCrossentropy(tensor([1, 2]), probabilities)
    expectNear(referenceValues(values), [0.0512933, Math.LN10])
  })

  describe('with an ignored class', () => {
    const probabilities = tensor([
      [0.25, 0.75],
      [0.5, 0.5],
      [0.125, 0.875],
    ])

    it('counts the other samples alone', () => {
      for (const [ignoreClass, labels] of [
        [-1, [0, -1, 0]],
        [255, [0, 255, 0]],
        [1, [0, 1, 0]],
      ] as const) {
        const loss = new SparseCategoricalCrossentropy({ ignoreClass })
        const y = tensor(labels)
        expectNear(referenceValues(loss.call(y, probabilities)), [Math.log(4), 0, Math.log(8)])
        expectNear(referenceValues(loss.compute(y, probabilities)), [(Math.log(4) + Math.log(8)) / 2])
        const padded = loss.compute(y, probabilities, {
          sampleWeight: tensor([1, 1, 0]),
          samples: tensor(2),
        })
        expectNear(referenceValues(padded), [Math.log(4)])
      }
    })

    it('is 0 where all are ignored, and sends no gradient to them', () => {
      const loss = new SparseCategoricalCrossentropy({ ignoreClass: 0, fromLogits: true })
      expect(referenceValues(loss.compute(tensor([0, 0]), logits))).toEqual([0])
      const [gradient] = gradients(loss.compute(tensor([0, 1]), logits), [logits])
      const [a, b, c] = [0, -1, 3].map(Math.exp)
      const total = a + b + c
      expectNear(referenceValues(gradient), [0, 0, 0, a / total, b / total - 1, c / total])
    })
  })
})
