import { describe, expect, it } from 'vitest'
import { sigmoid } from '../activations/sigmoid.js'
import { softmax } from '../activations/softmax.js'
import type { Tensor } from '../graph/tensor.js'
import { gradients } from '../ops/gradient.js'
import { tensor } from '../ops/tensor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { getLoss, type LossLike, serializeLoss } from './get.js'
import * as losses from './index.js'

const near = (actual: readonly number[], expected: readonly number[], digits = 6) => {
  expect(actual.length).toBe(expected.length)
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], digits))
}

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
    near(referenceValues(losses.categoricalCrossentropy(oneHot, probabilities)), [0.0512933, Math.LN10], 5)
    near(referenceValues(new losses.CategoricalCrossentropy().compute(oneHot, probabilities)), [1.1769392], 5)
    near(
      referenceValues(
        new losses.CategoricalCrossentropy({ reduction: 'sum' }).compute(oneHot, probabilities),
      ),
      [2.3538784],
      5,
    )
  })

  it("is 0.3677 bits for the course's prediction of 0.775", () => {
    const [nats] = referenceValues(
      losses.categoricalCrossentropy(tensor([[0, 1, 0]]), tensor([[0.2, 0.775, 0.025]])),
    )
    expect(nats / Math.LN2).toBeCloseTo(0.3677, 4)
  })

  it('normalises and clips probabilities', () => {
    near(
      referenceValues(losses.categoricalCrossentropy(tensor([[1, 0]]), tensor([[0, 4]]))),
      [-Math.log(1e-7)],
      4,
    )
    near(referenceValues(losses.categoricalCrossentropy(tensor([[1, 0]]), tensor([[2, 6]]))), [
      -Math.log(0.25),
    ])
  })

  it('smooths labels', () => {
    const [value] = referenceValues(
      losses.categoricalCrossentropy(tensor([[1, 0]]), tensor([[0.75, 0.25]]), { labelSmoothing: 0.2 }),
    )
    expect(value).toBeCloseTo(-0.9 * Math.log(0.75) - 0.1 * Math.log(0.25), 6)
  })

  it('takes logits, and the logits behind a softmax', () => {
    const logits = tensor([[100, 0, -100]])
    const labels = tensor([[0, 0, 1]])
    near(referenceValues(losses.categoricalCrossentropy(labels, logits, { fromLogits: true })), [200])
    near(referenceValues(losses.categoricalCrossentropy(labels, softmax(logits))), [200])
    // The gradient of a confident mistake is softmax - labels, which clipping would make 0.
    const loss = new losses.CategoricalCrossentropy().compute(labels, softmax(logits))
    near(referenceValues(gradients(loss, [logits])[0]), [1, 0, -1])
  })
})

describe('sparse categorical cross-entropy', () => {
  it('is that of one-hot labels', () => {
    const logits = tensor([
      [1, 2, 0.5],
      [0, -1, 3],
    ])
    const oneHot = tensor([
      [0, 1, 0],
      [1, 0, 0],
    ])
    const expected = referenceValues(losses.categoricalCrossentropy(oneHot, logits, { fromLogits: true }))
    for (const labels of [tensor([1, 0]), tensor([[1], [0]]), tensor(new Uint8Array([1, 0]))]) {
      near(
        referenceValues(losses.sparseCategoricalCrossentropy(labels, logits, { fromLogits: true })),
        expected,
      )
      near(referenceValues(losses.sparseCategoricalCrossentropy(labels, softmax(logits))), expected)
    }
  })

  it("has the values of Keras's documentation", () => {
    const probabilities = tensor([
      [0.05, 0.95, 0],
      [0.1, 0.8, 0.1],
    ])
    near(
      referenceValues(losses.sparseCategoricalCrossentropy(tensor([1, 2]), probabilities)),
      [0.0512933, Math.LN10],
      5,
    )
  })
})

describe('binary cross-entropy', () => {
  const labels = tensor([
    [0, 1],
    [0, 0],
  ])

  it("has the values of Keras's documentation", () => {
    near(
      referenceValues(
        losses.binaryCrossentropy(
          labels,
          tensor([
            [0.6, 0.4],
            [0.4, 0.6],
          ]),
        ),
      ),
      [0.9162907, 0.7135582],
      5,
    )
    const logits = tensor([
      [-18.6, 0.51],
      [2.94, -12.8],
    ])
    near(
      referenceValues(new losses.BinaryCrossentropy({ fromLogits: true }).compute(labels, logits)),
      [0.865458],
      5,
    )
  })

  it('uses the logits behind a sigmoid', () => {
    near(referenceValues(losses.binaryCrossentropy(tensor([[1]]), sigmoid(tensor([[-50]])))), [50])
  })

  it('takes labels as a vector beside outputs of one unit', () => {
    near(referenceValues(losses.binaryCrossentropy(tensor([1, 0]), tensor([[0.5], [0.75]]))), [
      Math.LN2,
      Math.log(4),
    ])
  })

  it('smooths labels', () => {
    const [value] = referenceValues(
      losses.binaryCrossentropy(tensor([[1]]), tensor([[0.8]]), { labelSmoothing: 0.1 }),
    )
    expect(value).toBeCloseTo(-0.95 * Math.log(0.8) - 0.05 * Math.log(0.2), 6)
  })
})

describe('mean squared error', () => {
  it('is the mean over the last axis', () => {
    const [y, p] = [
      tensor([
        [0, 1],
        [0, 0],
      ]),
      tensor([
        [1, 1],
        [1, 0],
      ]),
    ]
    near(referenceValues(losses.meanSquaredError(y, p)), [0.5, 0.5])
    near(referenceValues(new losses.MeanSquaredError().compute(y, p)), [0.5])
  })

  it('weights samples, and leaves padded ones out of the mean', () => {
    const [y, p] = [tensor([[0], [0], [0]]), tensor([[1], [2], [9]])]
    const loss = new losses.MeanSquaredError()
    near(referenceValues(loss.compute(y, p, { sampleWeight: tensor([1, 0.5, 0]) })), [1])
    near(referenceValues(loss.compute(y, p, { sampleWeight: tensor([1, 1, 0]), samples: tensor(2) })), [2.5])
  })
})

describe('getLoss', () => {
  const shapes = [
    [8, 3],
    [8, 3],
  ] as const

  it('takes names, class names, functions, objects and configs', () => {
    for (const name of ['categorical_crossentropy', 'CategoricalCrossentropy'] as LossLike[]) {
      expect(getLoss(name, ...shapes)).toBeInstanceOf(losses.CategoricalCrossentropy)
    }
    expect(getLoss('mse', ...shapes)).toBeInstanceOf(losses.MeanSquaredError)
    expect(getLoss(losses.meanSquaredError, ...shapes)).toBeInstanceOf(losses.MeanSquaredError)
    const mine = (yTrue: Tensor, _: Tensor) => yTrue
    expect(getLoss(mine, ...shapes).name).toBe('mine')
    const smooth = new losses.CategoricalCrossentropy({ labelSmoothing: 0.1, fromLogits: true })
    const again = getLoss(serializeLoss(smooth), ...shapes)
    expect(again.getConfig()).toEqual(smooth.getConfig())
  })

  it("chooses the form of 'crossentropy' by shapes", () => {
    expect(getLoss('crossentropy', [8], [8, 3]).name).toBe('sparse_categorical_crossentropy')
    expect(getLoss('crossentropy', [8, 1], [8, 3]).name).toBe('sparse_categorical_crossentropy')
    expect(getLoss('crossentropy', [8, 3], [8, 3]).name).toBe('categorical_crossentropy')
    expect(getLoss('crossentropy', [8], [8, 1]).name).toBe('binary_crossentropy')
  })

  it('suggests the nearest name', () => {
    expect(() => getLoss('categorical_crosentropy' as LossLike, ...shapes)).toThrow(
      /loss: 'categorical_crosentropy' is unknown. Did you mean 'categorical_crossentropy'\?/,
    )
  })
})

describe('label checks', () => {
  const check = (
    loss: losses.Loss,
    data: readonly number[],
    shape: readonly number[],
    output: readonly number[],
  ) => {
    return () => loss.checkLabels({ name: 'y', data: Float32Array.from(data), shape }, output)
  }
  const [categorical, sparse] = [
    new losses.CategoricalCrossentropy(),
    new losses.SparseCategoricalCrossentropy(),
  ]
  const [binary, squared] = [new losses.BinaryCrossentropy(), new losses.MeanSquaredError()]

  it('pass what fits', () => {
    expect(check(categorical, [0, 1, 1, 0], [2, 2], [2, 2])).not.toThrow()
    expect(check(sparse, [0, 2], [2], [2, 3])).not.toThrow()
    expect(check(sparse, [0, 2], [2, 1], [2, 3])).not.toThrow()
    expect(check(binary, [0, 1], [2], [2, 1])).not.toThrow()
    expect(check(squared, [5, -7], [2], [2, 1])).not.toThrow()
  })

  it('tell one-hot from class numbers', () => {
    expect(check(categorical, [1, 0], [2], [2, 3])).toThrow(
      /looks like class numbers. Use .*sparse_cat.*toCategorical\(y, 3\)/,
    )
    expect(check(sparse, [0, 1, 1, 0], [2, 2], [2, 2])).toThrow(
      /looks one-hot. Use the loss categorical_crossentropy/,
    )
  })

  it('find labels out of range and say where', () => {
    expect(check(sparse, [0, 3], [2], [2, 3])).toThrow(/from 0 to 2 in y, received 3 in sample 1/)
    expect(check(sparse, [-1, 0], [2], [2, 3])).toThrow(/received -1 in sample 0/)
    expect(check(sparse, [0.5, 0], [2], [2, 3])).toThrow(/whole numbers.*mean_squared_error/)
    expect(check(categorical, [0, 1, 2, 0], [2, 2], [2, 2])).toThrow(/received 2 in sample 1/)
    expect(check(binary, [0, 2], [2], [2, 1])).toThrow(/received 2 in sample 1/)
    expect(check(binary, [0, Number.NaN], [2], [2, 1])).toThrow(/received NaN in sample 1/)
  })

  it('compare shapes', () => {
    expect(check(squared, [1, 2, 3, 4], [2, 2], [2, 3])).toThrow(
      /y has shape \[2, 2\], the model's output \[2, 3\]/,
    )
    expect(check(sparse, [0, 1], [2], [2, 1])).toThrow(/last layer has 1 unit/)
  })
})
