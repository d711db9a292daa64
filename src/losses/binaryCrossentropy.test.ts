import { describe, expect, it } from 'vitest'
import { sigmoid } from '../activations/sigmoid.js'
import { gradients } from '../ops/gradient.js'
import { tensor } from '../ops/tensor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { expectNear } from '../testing/runLossTest.js'
import { BinaryCrossentropy, binaryCrossentropy } from './binaryCrossentropy.js'

describe('binary cross-entropy', () => {
  const labels = tensor([
    [0, 1],
    [0, 0],
  ])

  it("has the values of Keras's documentation", () => {
    const probabilities = tensor([
      [0.6, 0.4],
      [0.4, 0.6],
    ])
    expectNear(referenceValues(binaryCrossentropy(labels, probabilities)), [0.9162907, 0.7135582])
    const logits = tensor([
      [-18.6, 0.51],
      [2.94, -12.8],
    ])
    expectNear(
      referenceValues(new BinaryCrossentropy({ fromLogits: true }).compute(labels, logits)),
      [0.865458],
    )
  })

  it('uses the logits behind a sigmoid', () => {
    expectNear(referenceValues(binaryCrossentropy(tensor([[1]]), sigmoid(tensor([[-50]])))), [50])
    expectNear(referenceValues(binaryCrossentropy(tensor([[1]]), sigmoid(tensor([[50]])))), [Math.exp(-50)])
  })

  it('has the gradient sigmoid(x) - y at every logit, 0 included', () => {
    const x = tensor([[0], [0], [40], [-40]])
    const loss = new BinaryCrossentropy({ fromLogits: true, reduction: 'sum' })
    const [gradient] = gradients(loss.compute(tensor([[1], [0], [0], [0]]), x), [x])
    expectNear(referenceValues(gradient), [-0.5, 0.5, 1, Math.exp(-40)])
  })

  it('takes labels as a vector beside outputs of one unit', () => {
    expectNear(referenceValues(binaryCrossentropy(tensor([1, 0]), tensor([[0.5], [0.75]]))), [
      Math.LN2,
      Math.log(4),
    ])
  })

  it('smooths labels', () => {
    const [value] = referenceValues(
      binaryCrossentropy(tensor([[1]]), tensor([[0.8]]), { labelSmoothing: 0.1 }),
    )
    expect(value).toBeCloseTo(-0.95 * Math.log(0.8) - 0.05 * Math.log(0.2), 6)
  })

  it('averages over another axis', () => {
    const probabilities = tensor([
      [0.5, 0.25],
      [0.75, 0.5],
    ])
    expectNear(referenceValues(binaryCrossentropy(labels, probabilities, { axis: 0 })), [
      (Math.LN2 + Math.log(4)) / 2,
      (Math.log(4) + Math.LN2) / 2,
    ])
  })
})
