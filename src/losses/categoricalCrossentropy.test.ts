import { describe, expect, it } from 'vitest'
import { softmax } from '../activations/softmax.js'
import { gradients } from '../ops/gradient.js'
import { tensor } from '../ops/tensor.js'
import { transpose } from '../ops/transpose.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { expectNear } from '../testing/runLossTest.js'
import { CategoricalCrossentropy, categoricalCrossentropy } from './categoricalCrossentropy.js'

describe('categorical cross-entropy', () => {
  const oneHot = tensor([
    [0, 1, 0],
    [0, 0, 1],
  ])
  const probabilities = tensor([
    [0.05, 0.95, 0],
    [0.1, 0.8, 0.1],
  ])

  it("has the values of Keras's documentation", () => {
    expectNear(referenceValues(categoricalCrossentropy(oneHot, probabilities)), [0.0512933, Math.LN10])
    expectNear(referenceValues(new CategoricalCrossentropy().compute(oneHot, probabilities)), [1.1769392])
    const total = new CategoricalCrossentropy({ reduction: 'sum' })
    expectNear(referenceValues(total.compute(oneHot, probabilities)), [2.3538784])
  })

  it('normalises and clips probabilities', () => {
    expectNear(referenceValues(categoricalCrossentropy(tensor([[1, 0]]), tensor([[0, 4]]))), [
      -Math.log(1e-7),
    ])
    expectNear(referenceValues(categoricalCrossentropy(tensor([[1, 0]]), tensor([[2, 6]]))), [
      -Math.log(0.25),
    ])
  })

  it('takes logits, and the logits behind a softmax', () => {
    const logits = tensor([[100, 0, -100]])
    const labels = tensor([[0, 0, 1]])
    expectNear(referenceValues(categoricalCrossentropy(labels, logits, { fromLogits: true })), [200])
    expectNear(referenceValues(categoricalCrossentropy(labels, softmax(logits))), [200])
    // The gradient of a confident mistake is softmax - labels, which clipping would make 0.
    const loss = new CategoricalCrossentropy().compute(labels, softmax(logits))
    expectNear(referenceValues(gradients(loss, [logits])[0]), [1, 0, -1])
  })

  it('finds classes along another axis', () => {
    const [labels, columns] = [transpose(oneHot), transpose(probabilities)]
    expectNear(
      referenceValues(categoricalCrossentropy(labels, columns, { axis: 0, labelSmoothing: 0.3 })),
      referenceValues(categoricalCrossentropy(oneHot, probabilities, { labelSmoothing: 0.3 })),
    )
    // What is behind a softmax over the last axis is no logits for another one.
    const byRow = softmax(columns)
    expectNear(
      referenceValues(categoricalCrossentropy(labels, byRow, { axis: 0 })),
      referenceValues(categoricalCrossentropy(oneHot, transpose(byRow))),
    )
  })

  it('refuses another number of classes', () => {
    expect(() => categoricalCrossentropy(oneHot, tensor([[0.5, 0.5]]))).toThrow(
      /labels \[2, 3\] and predictions \[1, 2\] must have the same number of classes/,
    )
    expect(() => new CategoricalCrossentropy({ labelSmoothing: 1.5 })).toThrow(/from 0 to 1, received 1.5/)
  })
})
