import { describe, it } from 'vitest'
import { runMetricTest } from '../testing/runMetricTest.js'
import * as metrics from './index.js'

const yTrue = [
  [0, 1, 0.5, 2],
  [1, 1.5, 0.25, 3],
  [-1, 2, 0.75, 0],
]
const yPred = [
  [0.25, 0.75, 1, 1.5],
  [0.5, 2, 0.125, 2],
  [0, 0.5, -0.75, 1],
]
const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b) / x.length
const covariance = (x: readonly number[], y: readonly number[]): number =>
  mean(x.map((value, i) => (value - mean(x)) * (y[i] - mean(y))))

const pearson = (x: readonly number[], y: readonly number[]): number =>
  covariance(x, y) / Math.sqrt(covariance(x, x) * covariance(y, y))
const concordance = (x: readonly number[], y: readonly number[]): number =>
  (2 * covariance(x, y)) / (covariance(x, x) + covariance(y, y) + (mean(x) - mean(y)) ** 2)

const bySample =
  (each: (x: readonly number[], y: readonly number[]) => number) => (weights: readonly number[]) =>
    yTrue.reduce((total, row, i) => total + weights[i] * each(row, yPred[i]), 0) /
    weights.reduce((a, b) => a + b)
const column = (rows: readonly (readonly number[])[], j: number) => rows.map((row) => row[j])
/** Along the batch there is a value for each output, and weights have nothing to weigh but outputs. */
const byOutput = (each: (x: readonly number[], y: readonly number[]) => number) => () =>
  mean(yTrue[0].map((_, j) => each(column(yTrue, j), column(yPred, j))))

describe('correlation', () => {
  it("Pearson's", () =>
    runMetricTest({
      make: () => new metrics.PearsonCorrelation(),
      yTrue,
      yPred,
      expected: bySample(pearson),
    }))

  it("Lin's concordance", () =>
    runMetricTest({
      make: () => new metrics.ConcordanceCorrelation(),
      yTrue,
      yPred,
      expected: bySample(concordance),
    }))

  it('along the batch', async () => {
    const shared = { yTrue, yPred, weights: [1, 1, 1, 1], bySample: false }
    await runMetricTest({
      make: () => new metrics.PearsonCorrelation({ axis: 0 }),
      ...shared,
      expected: byOutput(pearson),
    })
    await runMetricTest({
      make: () => new metrics.ConcordanceCorrelation({ axis: 0 }),
      ...shared,
      expected: byOutput(concordance),
    })
  })
})
