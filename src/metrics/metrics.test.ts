import { beforeAll, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import { trace } from '../graph/trace.js'
import { withMask } from '../layers/masks.js'
import { mean } from '../ops/mean.js'
import { tensor } from '../ops/tensor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { expectNear } from '../testing/runLossTest.js'
import { runMetricTest, valueAfter } from '../testing/runMetricTest.js'
import * as metrics from './index.js'

beforeAll(() => useExecutor(new ReferenceExecutor()))

const numbers = {
  yTrue: [
    [1.5, -2, 0.25],
    [3, 0.5, -0.75],
    [-4, 2, 1],
    [0.5, 0.125, 8],
    [1, 1.5, 2.5],
  ],
  yPred: [
    [1.25, -2.5, 0.75],
    [0.5, 0.75, -0.5],
    [-4.25, -3, 1.5],
    [0.25, 0.375, 6.5],
    [1, 2, 1.5],
  ],
}
const amounts = {
  yTrue: numbers.yTrue.map((row) => row.map(Math.abs)),
  yPred: numbers.yPred.map((row) => row.map(Math.abs)),
}
const oneHot = {
  yTrue: [
    [0, 1, 0],
    [1, 0, 0],
    [0, 0, 1],
    [0, 0, 1],
  ],
  yPred: [
    [0.25, 0.5, 0.25],
    [0.125, 0.75, 0.125],
    [0.0625, 0.0625, 0.875],
    [0.5, 0.25, 0.25],
  ],
}
const sparse = { yTrue: [1, 0, 2, 2], yPred: oneHot.yPred }

/** The weighted mean of values, one for each sample. */
const weightedMean = (values: readonly number[], weights: readonly number[]): number =>
  values.reduce((total, value, i) => total + value * weights[i], 0) / weights.reduce((a, b) => a + b)

/** The weighted mean of a function whose values are tested elsewhere. */
const meanOf =
  (fn: metrics.MetricFunction, { yTrue, yPred }: { yTrue: readonly unknown[]; yPred: readonly unknown[] }) =>
  (weights: readonly number[]): number =>
    weightedMean(referenceValues(fn(tensor(yTrue as number[][]), tensor(yPred as number[][]))), weights)

describe('metrics', () => {
  it('refuse what is no object of options', () => {
    for (const Metric of [
      metrics.Accuracy,
      metrics.TopKCategoricalAccuracy,
      metrics.AUC,
      metrics.Recall,
      metrics.MeanSquaredError,
    ]) {
      const Made = Metric as unknown as new (options: unknown) => unknown
      expect(() => new Made(5), Metric.name).toThrow(/expected an object of options/)
    }
  })
})

describe('metrics that are the mean of a function', () => {
  it('MeanSquaredError', () =>
    runMetricTest({
      make: () => new metrics.MeanSquaredError(),
      ...numbers,
      expected: meanOf(metrics.meanSquaredError, numbers),
    }))

  it('RootMeanSquaredError', () =>
    runMetricTest({
      make: () => new metrics.RootMeanSquaredError(),
      ...numbers,
      expected: (weights) => Math.sqrt(meanOf(metrics.meanSquaredError, numbers)(weights)),
    }))

  it('MeanAbsoluteError', () =>
    runMetricTest({
      make: () => new metrics.MeanAbsoluteError(),
      ...numbers,
      expected: meanOf(metrics.meanAbsoluteError, numbers),
    }))

  it('MeanAbsolutePercentageError', () =>
    runMetricTest({
      make: () => new metrics.MeanAbsolutePercentageError(),
      ...numbers,
      expected: meanOf(metrics.meanAbsolutePercentageError, numbers),
    }))

  it('MeanSquaredLogarithmicError and its root', async () => {
    const expected = meanOf(metrics.meanSquaredLogarithmicError, amounts)
    await runMetricTest({ make: () => new metrics.MeanSquaredLogarithmicError(), ...amounts, expected })
    await runMetricTest({
      make: () => new metrics.RootMeanSquaredLogarithmicError(),
      ...amounts,
      expected: (weights) => Math.sqrt(expected(weights)),
    })
  })

  it('LogCoshError', () =>
    runMetricTest({
      make: () => new metrics.LogCoshError(),
      ...numbers,
      expected: meanOf(metrics.logCosh, numbers),
    }))

  it('CosineSimilarity, 1 for the same direction', () =>
    runMetricTest({
      make: () => new metrics.CosineSimilarity(),
      ...numbers,
      expected: (weights) => {
        const cosines = numbers.yTrue.map((row, i) => {
          const dot = row.reduce((total, y, j) => total + y * numbers.yPred[i][j], 0)
          return dot / Math.hypot(...row) / Math.hypot(...numbers.yPred[i])
        })
        return weightedMean(cosines, weights)
      },
    }))

  it('KLDivergence and Poisson', async () => {
    await runMetricTest({
      make: () => new metrics.KLDivergence(),
      ...oneHot,
      expected: meanOf(metrics.klDivergence, oneHot),
    })
    await runMetricTest({
      make: () => new metrics.Poisson(),
      ...amounts,
      expected: meanOf(metrics.poisson, amounts),
    })
  })

  it('the cross-entropies', async () => {
    await runMetricTest({
      make: () => new metrics.BinaryCrossentropy({ labelSmoothing: 0.25 }),
      ...oneHot,
      expected: meanOf((y, p) => metrics.binaryCrossentropy(y, p, { labelSmoothing: 0.25 }), oneHot),
    })
    await runMetricTest({
      make: () => new metrics.CategoricalCrossentropy({ fromLogits: true }),
      ...oneHot,
      expected: meanOf((y, p) => metrics.categoricalCrossentropy(y, p, { fromLogits: true }), oneHot),
    })
    await runMetricTest({
      make: () => new metrics.SparseCategoricalCrossentropy(),
      ...sparse,
      expected: meanOf(metrics.sparseCategoricalCrossentropy, sparse),
    })
  })

  it('SparseCategoricalCrossentropy without an ignored class', () =>
    runMetricTest({
      make: () => new metrics.SparseCategoricalCrossentropy({ ignoreClass: 0 }),
      ...sparse,
      weights: [1, 2, 0.5, 1],
      expected: (weights) =>
        weightedMean([Math.log(2), 0, -Math.log(0.875), Math.log(4)], weights.with(1, 0)),
    }))

  it('the hinges', async () => {
    const signs = { yTrue: numbers.yTrue.map((row) => row.map(Math.sign)), yPred: numbers.yPred }
    await runMetricTest({
      make: () => new metrics.Hinge(),
      ...signs,
      expected: meanOf(metrics.hinge, signs),
    })
    await runMetricTest({
      make: () => new metrics.SquaredHinge(),
      ...signs,
      expected: meanOf(metrics.squaredHinge, signs),
    })
    await runMetricTest({
      make: () => new metrics.CategoricalHinge(),
      ...oneHot,
      expected: meanOf(metrics.categoricalHinge, oneHot),
    })
  })
})

describe('Mean and Sum', () => {
  it('weigh values of samples', async () => {
    const yPred = [
      [1, 3],
      [5, 9],
      [0.5, 0.25],
    ]
    await runMetricTest({
      make: () => new metrics.Mean(),
      yTrue: [0, 0, 0],
      yPred,
      weights: [1, 0.5, 2],
      expected: (w) => weightedMean([2, 7, 0.375], w),
    })
    await runMetricTest({
      make: () => new metrics.Sum(),
      yTrue: [0, 0, 0],
      yPred,
      weights: [1, 0.5, 2],
      expected: (w) => 4 * w[0] + 14 * w[1] + 0.75 * w[2],
    })
  })

  it('weigh single values', async () => {
    const values = [
      [1, 3],
      [5, 9],
    ]
    const weights = [
      [1, 0],
      [0.5, 0.5],
    ]
    expectNear(await valueAfter(new metrics.Mean(), [0, values, weights]), [(1 + 2.5 + 4.5) / 2])
    expectNear(await valueAfter(new metrics.Sum(), [0, values, weights]), [1 + 2.5 + 4.5])
    // A column weighs samples, a single number the batch.
    expectNear(await valueAfter(new metrics.Mean(), [0, values, [[1], [3]]]), [(2 + 21) / 4])
    expectNear(await valueAfter(new metrics.Mean(), [0, values, 2], [0, 2, 4]), [(4.5 * 2 + 2 * 4) / 6])
  })

  it('are 0 before the first sample', async () => {
    expect(await valueAfter(new metrics.Mean())).toEqual([0])
    expect(await valueAfter(new metrics.Sum())).toEqual([0])
  })

  it('say which weights do not fit', async () => {
    await expect(valueAfter(new metrics.Mean(), [0, [1, 2, 3], [1, 2]])).rejects.toThrow(
      /mean: weights of shape \[2\] do not fit values of shape \[3\]/,
    )
  })
})

describe('MeanMetricWrapper', () => {
  it('leaves out what the mask of predictions leaves out', async () => {
    const executor = new ReferenceExecutor()
    const metric = new metrics.MeanAbsoluteError()
    const yPred = tensor([
      [[1], [2]],
      [[3], [5]],
    ])
    const mask = tensor([
      [true, false],
      [true, true],
    ])
    const step = await executor.compile(
      trace([], () => {
        metric.updateState(tensor(Array(2).fill([[0], [0]])), withMask(yPred, mask))
        return [metric.result()]
      }),
    )
    // A sample's share is that of its steps which count.
    expectNear(Array.from((await step.run([]))[0]), [(0.5 * 1 + 4) / (0.5 + 1)])
  })

  it('is named after its function, and knows whether it couples samples', () => {
    const worstRow = (_: Tensor, yPred: Tensor) => yPred
    const metric = new metrics.MeanMetricWrapper(worstRow)
    expect(metric.getConfig()).toEqual({ name: 'worst_row', dtype: 'float32', fn: 'worstRow' })
    const type = { shape: [4, 2], dtype: 'float32' } as const
    expect(metric.couplesSamples(type, type)).toBe(false)
    expect(new metrics.MeanMetricWrapper((_, p) => mean(p)).couplesSamples(type, type)).toBe(true)
    expect(new metrics.PearsonCorrelation().couplesSamples(type, type)).toBe(false)
    expect(new metrics.PearsonCorrelation({ axis: 0 }).couplesSamples(type, type)).toBe(true)
    expect(new metrics.ConcordanceCorrelation({ axis: -2 }).couplesSamples(type, type)).toBe(true)
  })
})
