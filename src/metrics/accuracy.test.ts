import { beforeAll, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { expectNear } from '../testing/runLossTest.js'
import { runMetricTest, valueAfter } from '../testing/runMetricTest.js'
import * as metrics from './index.js'

beforeAll(() => useExecutor(new ReferenceExecutor()))

/** The weighted share of samples that are right. */
const share = (right: readonly number[]) => (weights: readonly number[]) =>
  right.reduce((total, each, i) => total + each * weights[i], 0) / weights.reduce((a, b) => a + b)

const predictions = [
  [0.1, 0.5, 0.4],
  [0.7, 0.2, 0.1],
  [0.2, 0.3, 0.5],
  [0.6, 0.3, 0.1],
  [0.1, 0.6, 0.3],
]
const classes = [1, 1, 2, 0, 2]
const oneHot = classes.map((label) => [0, 1, 2].map((each) => (each === label ? 1 : 0)))

describe('accuracy', () => {
  it('Accuracy of class numbers', () =>
    runMetricTest({
      make: () => new metrics.Accuracy(),
      yTrue: [[1], [2], [3], [4]],
      yPred: [[0], [2], [3], [4]],
      expected: share([0, 1, 1, 1]),
    }))

  it('BinaryAccuracy above a threshold', async () => {
    const [yTrue, yPred] = [
      [1, 1, 0, 0],
      [[0.98], [1], [0], [0.6]],
    ]
    await runMetricTest({
      make: () => new metrics.BinaryAccuracy(),
      yTrue,
      yPred,
      expected: share([1, 1, 1, 0]),
    })
    await runMetricTest({
      make: () => new metrics.BinaryAccuracy({ threshold: 0.7 }),
      yTrue,
      yPred,
      expected: share([1, 1, 1, 1]),
    })
  })

  it('BinaryAccuracy of several labels of a sample', async () => {
    const value = await valueAfter(new metrics.BinaryAccuracy(), [
      [
        [1, 0],
        [1, 1],
      ],
      [
        [1, 1],
        [1, 1],
      ],
    ])
    expect(value).toEqual([0.75])
  })

  it('CategoricalAccuracy and SparseCategoricalAccuracy', async () => {
    const expected = share([1, 0, 1, 1, 0])
    const yPred = predictions
    await runMetricTest({ make: () => new metrics.CategoricalAccuracy(), yTrue: oneHot, yPred, expected })
    const make = () => new metrics.SparseCategoricalAccuracy()
    await runMetricTest({ make, yTrue: classes, yPred, expected })
    await runMetricTest({ make, yTrue: classes.map((label) => [label]), yPred, expected })
  })

  it('top-k: top-1 is accuracy, top-3 of three always right', async () => {
    for (const [k, right] of [
      [1, [1, 0, 1, 1, 0]],
      [2, [1, 1, 1, 1, 1]],
      [3, [1, 1, 1, 1, 1]],
    ] as const) {
      const expected = share(right)
      await runMetricTest({
        make: () => new metrics.TopKCategoricalAccuracy({ k }),
        yTrue: oneHot,
        yPred: predictions,
        expected,
      })
      await runMetricTest({
        make: () => new metrics.SparseTopKCategoricalAccuracy({ k }),
        yTrue: classes,
        yPred: predictions,
        expected,
      })
    }
  })

  it('top-5 is the default', async () => {
    const scores = [[0.9, 0.8, 0.7, 0.6, 0.5, 0.4]]
    expect(await valueAfter(new metrics.SparseTopKCategoricalAccuracy(), [[4], scores])).toEqual([1])
    expect(await valueAfter(new metrics.SparseTopKCategoricalAccuracy(), [[5], scores])).toEqual([0])
  })

  it('top-k counts all of equal predictions as best', async () => {
    const metric = new metrics.SparseTopKCategoricalAccuracy({ k: 1 })
    expect(await valueAfter(metric, [[0, 1, 2], Array(3).fill([0.4, 0.4, 0.2])])).toEqual([
      Math.fround(2 / 3),
    ])
  })

  it('top-k of sorted class numbers', () =>
    runMetricTest({
      make: () => new metrics.SparseTopKCategoricalAccuracy({ k: 2, fromSortedIds: true }),
      yTrue: [1, 0, 2],
      yPred: [
        [1, 0, 2],
        [2, 1, 0],
        [0, 2, 1],
      ],
      expected: share([1, 0, 1]),
    }))

  it('weighs steps of sequences', async () => {
    const value = await valueAfter(new metrics.SparseCategoricalAccuracy(), [
      [[0, 1]],
      [
        [
          [0.9, 0.1],
          [0.9, 0.1],
        ],
      ],
      [[1, 0.5]],
    ])
    expectNear(value, [0.5 / 0.75])
  })

  it('refuses wrong labels and options', async () => {
    await expect(valueAfter(new metrics.SparseCategoricalAccuracy(), [oneHot, predictions])).rejects.toThrow(
      /expected class numbers of shape \[5\] for predictions \[5, 3\], received \[5, 3\]/,
    )
    expect(() => new metrics.TopKCategoricalAccuracy({ k: 0 })).toThrow(/k to be a whole number.*received 0/)
  })
})
