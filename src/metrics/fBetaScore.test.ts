import { beforeAll, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { expectNear } from '../testing/runLossTest.js'
import { runMetricTest, valueAfter } from '../testing/runMetricTest.js'
import * as metrics from './index.js'

beforeAll(() => useExecutor(new ReferenceExecutor()))

const yTrue = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [0, 1, 0],
  [1, 0, 0],
  [0, 1, 1],
]
const yPred = [
  [0.75, 0.125, 0.125],
  [0.25, 0.5, 0.25],
  [0.25, 0.625, 0.125],
  [0.125, 0.25, 0.625],
  [0.5, 0.25, 0.25],
  [0.125, 0.5, 0.375],
]
const classes = [0, 1, 2]

function counts(weights: readonly number[], columns: readonly number[], threshold?: number) {
  let [tp, fp, fn, labels] = [0, 0, 0, 0]
  yTrue.forEach((row, i) => {
    for (const j of columns) {
      const isPredicted =
        threshold === undefined ? yPred[i][j] === Math.max(...yPred[i]) : yPred[i][j] > threshold
      if (row[j]) labels += weights[i]
      if (row[j] && isPredicted) tp += weights[i]
      if (!row[j] && isPredicted) fp += weights[i]
      if (row[j] && !isPredicted) fn += weights[i]
    }
  })
  return { tp, fp, fn, labels }
}

/** The score as counts: `(1 + b^2) tp / ((1 + b^2) tp + b^2 fn + fp)`. */
const score = ({ tp, fp, fn }: ReturnType<typeof counts>, beta: number): number =>
  ((1 + beta ** 2) * tp) / ((1 + beta ** 2) * tp + beta ** 2 * fn + fp)

describe('F-beta score', () => {
  for (const [beta, threshold] of [
    [1, undefined],
    [2, 0.2],
    [0.5, 0.45],
  ] as const) {
    const each = (weights: readonly number[]) =>
      classes.map((label) => {
        const found = counts(weights, [label], threshold)
        return { score: score(found, beta), labels: found.labels }
      })
    const make = (average?: 'micro' | 'macro' | 'weighted') => () =>
      beta === 1
        ? new metrics.F1Score({ average, threshold })
        : new metrics.FBetaScore({ beta, average, threshold })

    it(`with beta ${beta} and threshold ${threshold}`, async () => {
      const shared = { yTrue, yPred, tolerance: 1e-5 }
      await runMetricTest({ make: make(), ...shared, expected: (w) => each(w).map((one) => one.score) })
      await runMetricTest({
        make: make('macro'),
        ...shared,
        expected: (w) => each(w).reduce((total, one) => total + one.score / 3, 0),
      })
      await runMetricTest({
        make: make('weighted'),
        ...shared,
        expected: (w) => {
          const labels = each(w).reduce((total, one) => total + one.labels, 0)
          return each(w).reduce((total, one) => total + (one.score * one.labels) / labels, 0)
        },
      })
      await runMetricTest({
        make: make('micro'),
        ...shared,
        expected: (w) => score(counts(w, classes, threshold), beta),
      })
    })
  }

  it("has the values of Keras's documentation", async () => {
    const labels = [
      [1, 1, 1],
      [1, 0, 0],
      [1, 1, 0],
    ]
    const predictions = [
      [0.2, 0.6, 0.7],
      [0.2, 0.6, 0.6],
      [0.6, 0.8, 0],
    ]
    const f1 = new metrics.F1Score({ threshold: 0.5 })
    expectNear(await valueAfter(f1, [labels, predictions]), [0.5, 0.8, 0.6666667], 1e-6)
    const f2 = new metrics.FBetaScore({ beta: 2, threshold: 0.5 })
    expectNear(await valueAfter(f2, [labels, predictions]), [0.3846154, 0.90909094, 0.8333333], 1e-6)
  })

  it('says what it needs', async () => {
    expect(() => new metrics.F1Score({ average: 'mean' as 'macro' })).toThrow(/average: expected 'micro'/)
    expect(() => new metrics.F1Score({ threshold: 0 })).toThrow(/threshold above 0 .*received 0/)
    expect(() => new metrics.FBetaScore({ beta: 0 })).toThrow(/beta above 0, received 0/)
    await expect(valueAfter(new metrics.F1Score(), [[0, 1, 2, 0, 1, 1], yPred])).rejects.toThrow(
      /f1_score: expected labels and predictions \[batch, classes\], received \[6\] and \[6, 3\]/,
    )
  })
})
