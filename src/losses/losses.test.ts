import { describe, it } from 'vitest'
import { runLossTest } from '../testing/runLossTest.js'
import * as losses from './index.js'

type Formula = (yTrue: readonly number[], yPred: readonly number[]) => number

/** The mean over a sample of a function of target and prediction. */
const meanOf =
  (each: (y: number, p: number) => number): Formula =>
  (yTrue, yPred) =>
    yTrue.reduce((total, y, i) => total + each(y, yPred[i]), 0) / yTrue.length
const sumOf =
  (each: (y: number, p: number, i: number) => number): Formula =>
  (yTrue, yPred) =>
    yTrue.reduce((total, y, i) => total + each(y, yPred[i], i), 0)

const numbers = {
  yTrue: [
    [1.5, -2, 0.25],
    [3, 0.5, -0.75],
    [-4, 2, 1],
    [0.5, 0.125, 8],
  ],
  yPred: [
    [1.25, -2.5, 0.75],
    [0.5, 0.75, -0.5],
    [-4.25, -3, 1.5],
    [0.25, 0.375, 6.5],
  ],
}
const amounts = {
  yTrue: [
    [0, 3],
    [2, 1],
    [7, 0.5],
  ],
  yPred: [
    [0.5, 2.75],
    [4, 0.25],
    [6.5, 1.5],
  ],
}
const yesOrNo = {
  yTrue: [
    [0, 1],
    [1, 1],
    [0, 0],
  ],
  yPred: [
    [0.125, 0.75],
    [0.25, 0.9],
    [0.6, 0.03],
  ],
}
const oneHot = {
  yTrue: [
    [0, 1, 0],
    [1, 0, 0],
    [0, 0, 1],
  ],
  yPred: [
    [0.25, 0.5, 0.25],
    [0.125, 0.75, 0.125],
    [0.0625, 0.0625, 0.875],
  ],
}
const logits = {
  yTrue: oneHot.yTrue,
  yPred: [
    [0.5, 2, -1],
    [-3, 4, 0.25],
    [0, 0, 0],
  ],
}
const classes = { yTrue: [[1], [0], [2]], yPred: oneHot.yPred }
const sides = {
  yTrue: [
    [-1, 1],
    [1, 1],
    [-1, -1],
  ],
  yPred: [
    [0.5, 0.75],
    [1.5, -0.25],
    [-2, 0.125],
  ],
}

const softmax = (x: readonly number[]): number[] => {
  const e = x.map(Math.exp)
  const total = e.reduce((a, b) => a + b)
  return e.map((value) => value / total)
}
const logistic = (x: number): number => 1 / (1 + Math.exp(-x))
const crossentropy: Formula = sumOf((y, p) => -y * Math.log(p))
const binaryCrossentropy = (y: number, p: number): number => -y * Math.log(p) - (1 - y) * Math.log(1 - p)
/** The probability given to the label, and its distance to 1. */
const missed = (y: number, p: number): number => 1 - (y * p + (1 - y) * (1 - p))
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0)
const overlap: (a: readonly number[], b: readonly number[], alpha: number, beta: number) => number = (
  y,
  p,
  alpha,
  beta,
) => {
  const both = dot(y, p)
  const onlyLabel = dot(
    y,
    p.map((value) => 1 - value),
  )
  const onlyPrediction = dot(
    y.map((value) => 1 - value),
    p,
  )
  return 1 - both / (both + alpha * onlyLabel + beta * onlyPrediction)
}

describe('losses', () => {
  it('MeanSquaredError', () => {
    runLossTest({
      make: (options) => new losses.MeanSquaredError(options),
      ...numbers,
      expected: meanOf((y, p) => (y - p) ** 2),
    })
  })

  it('MeanAbsoluteError', () => {
    runLossTest({
      make: (options) => new losses.MeanAbsoluteError(options),
      ...numbers,
      expected: meanOf((y, p) => Math.abs(y - p)),
    })
  })

  it('MeanAbsolutePercentageError', () => {
    runLossTest({
      make: (options) => new losses.MeanAbsolutePercentageError(options),
      ...numbers,
      expected: meanOf((y, p) => 100 * Math.abs((y - p) / y)),
    })
  })

  it('MeanSquaredLogarithmicError', () => {
    runLossTest({
      make: (options) => new losses.MeanSquaredLogarithmicError(options),
      ...amounts,
      expected: meanOf((y, p) => (Math.log(1 + y) - Math.log(1 + p)) ** 2),
    })
  })

  for (const delta of [1, 0.375]) {
    it(`Huber with delta ${delta}`, () => {
      runLossTest({
        make: (options) => new losses.Huber({ ...options, delta }),
        ...numbers,
        expected: meanOf((y, p) => {
          const error = Math.abs(y - p)
          return error <= delta ? error ** 2 / 2 : delta * (error - delta / 2)
        }),
      })
    })
  }

  it('LogCosh', () => {
    runLossTest({
      make: (options) => new losses.LogCosh(options),
      ...numbers,
      expected: meanOf((y, p) => Math.log(Math.cosh(p - y))),
    })
  })

  it('CosineSimilarity', () => {
    runLossTest({
      make: (options) => new losses.CosineSimilarity(options),
      ...numbers,
      expected: (y, p) => -dot(y, p) / Math.hypot(...y) / Math.hypot(...p),
    })
  })

  it('Poisson', () => {
    runLossTest({
      make: (options) => new losses.Poisson(options),
      ...amounts,
      expected: meanOf((y, p) => p - y * Math.log(p + 1e-7)),
    })
  })

  it('KLDivergence', () => {
    runLossTest({
      make: (options) => new losses.KLDivergence(options),
      yTrue: [
        [0.125, 0.375, 0.5],
        [0.25, 0.5, 0.25],
      ],
      yPred: [
        [0.25, 0.25, 0.5],
        [0.125, 0.625, 0.25],
      ],
      expected: sumOf((y, p) => y * Math.log(y / p)),
    })
  })

  it('Hinge', () => {
    const expected = meanOf((y, p) => Math.max(0, 1 - y * p))
    runLossTest({ make: (options) => new losses.Hinge(options), ...sides, expected })
    // 0 stands for -1 where all labels are 0 or 1.
    runLossTest({
      make: (options) => new losses.Hinge(options),
      yTrue: sides.yTrue.map((row) => row.map((y) => (y + 1) / 2)),
      yPred: sides.yPred,
      expected: (y, p) =>
        expected(
          y.map((value) => 2 * value - 1),
          p,
        ),
    })
  })

  it('SquaredHinge', () => {
    runLossTest({
      make: (options) => new losses.SquaredHinge(options),
      ...sides,
      expected: meanOf((y, p) => Math.max(0, 1 - y * p) ** 2),
    })
  })

  it('CategoricalHinge', () => {
    runLossTest({
      make: (options) => new losses.CategoricalHinge(options),
      ...logits,
      yPred: [
        [0.5, 2, -1],
        [-3, 4, 0.25],
        [0.125, 0.25, 0],
      ],
      expected: (y, p) => {
        const right = dot(y, p)
        const wrong = Math.max(...p.map((value, i) => (1 - y[i]) * value))
        return Math.max(0, 1 + wrong - right)
      },
    })
  })

  it('BinaryCrossentropy', () => {
    runLossTest({
      make: (options) => new losses.BinaryCrossentropy(options),
      ...yesOrNo,
      expected: meanOf(binaryCrossentropy),
    })
    runLossTest({
      make: (options) =>
        new losses.BinaryCrossentropy({ ...options, fromLogits: true, labelSmoothing: 0.25 }),
      ...logits,
      expected: meanOf((y, x) => binaryCrossentropy(y * 0.75 + 0.125, logistic(x))),
    })
  })

  it('CategoricalCrossentropy', () => {
    runLossTest({
      make: (options) => new losses.CategoricalCrossentropy(options),
      ...oneHot,
      // The predictions' sum matters to the gradient, because they are divided by it.
      expected: (y, p) => crossentropy(y, p) + Math.log(p.reduce((a, b) => a + b)),
    })
    runLossTest({
      make: (options) =>
        new losses.CategoricalCrossentropy({ ...options, fromLogits: true, labelSmoothing: 0.375 }),
      ...logits,
      expected: (y, x) =>
        crossentropy(
          y.map((value) => value * 0.625 + 0.125),
          softmax(x),
        ),
    })
  })

  it('SparseCategoricalCrossentropy', () => {
    runLossTest({
      make: (options) => new losses.SparseCategoricalCrossentropy(options),
      ...classes,
      expected: ([y], p) => -Math.log(p[y]) + Math.log(p.reduce((a, b) => a + b)),
    })
    runLossTest({
      make: (options) => new losses.SparseCategoricalCrossentropy({ ...options, fromLogits: true }),
      yTrue: classes.yTrue,
      yPred: logits.yPred,
      expected: ([y], x) => -Math.log(softmax(x)[y]),
    })
  })

  for (const gamma of [2, 0.5]) {
    it(`BinaryFocalCrossentropy with gamma ${gamma}`, () => {
      const focal = (y: number, p: number) => missed(y, p) ** gamma * binaryCrossentropy(y, p)
      runLossTest({
        make: (options) => new losses.BinaryFocalCrossentropy({ ...options, gamma }),
        ...yesOrNo,
        expected: meanOf(focal),
      })
      runLossTest({
        make: (options) =>
          new losses.BinaryFocalCrossentropy({
            ...options,
            gamma,
            fromLogits: true,
            applyClassBalancing: true,
            alpha: 0.75,
            labelSmoothing: 0.125,
          }),
        ...logits,
        expected: meanOf((label, x) => {
          const y = label * 0.875 + 0.0625
          return (y * 0.75 + (1 - y) * 0.25) * focal(y, logistic(x))
        }),
      })
    })

    it(`CategoricalFocalCrossentropy with gamma ${gamma}`, () => {
      const focal = (y: number, p: number) => -((1 - p) ** gamma) * y * Math.log(p)
      runLossTest({
        make: (options) => new losses.CategoricalFocalCrossentropy({ ...options, gamma }),
        ...oneHot,
        expected: (y, p) => {
          const total = p.reduce((a, b) => a + b)
          return sumOf((label, value) => 0.25 * focal(label, value / total))(y, p)
        },
      })
      const alpha = [0.5, 0.125, 0.25]
      runLossTest({
        make: (options) =>
          new losses.CategoricalFocalCrossentropy({ ...options, gamma, alpha, fromLogits: true }),
        ...logits,
        expected: (y, x) => sumOf((label, p, i) => alpha[i] * focal(label, p))(y, softmax(x)),
      })
    })
  }

  for (const q of [0.5, 0.75]) {
    it(`CategoricalGeneralizedCrossEntropy with q ${q}`, () => {
      runLossTest({
        make: (options) => new losses.CategoricalGeneralizedCrossEntropy({ ...options, q }),
        ...classes,
        expected: ([y], p) => (1 - p[y] ** q) / q,
      })
    })
  }

  it('Dice over axes of a sample', () => {
    runLossTest({
      make: (options) => new losses.Dice({ ...options, axis: -1 }),
      ...oneHot,
      expected: (y, p) => {
        const total = (values: readonly number[]) => values.reduce((a, b) => a + b)
        return 1 - (2 * dot(y, p)) / (total(y) + total(p))
      },
    })
  })

  it('Tversky over axes of a sample', () => {
    runLossTest({
      make: (options) => new losses.Tversky({ ...options, axis: [1] }),
      ...oneHot,
      expected: (y, p) => overlap(y, p, 0.5, 0.5),
    })
    runLossTest({
      make: (options) => new losses.Tversky({ ...options, axis: -1, alpha: 0.75, beta: 0.125 }),
      ...oneHot,
      expected: (y, p) => overlap(y, p, 0.75, 0.125),
    })
  })
})
