import { beforeAll, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { expectNear } from '../testing/runLossTest.js'
import { runMetricTest, valueAfter } from '../testing/runMetricTest.js'
import { R2Score } from './r2Score.js'

beforeAll(() => useExecutor(new ReferenceExecutor()))

const yTrue = [
  [1, 10],
  [2.5, 12],
  [4, 9],
  [3, 15],
  [0.5, 11],
]
const yPred = [
  [1.25, 11],
  [2, 12.5],
  [3.5, 8],
  [3.25, 13],
  [1, 11.5],
]

/** The weighted variation of targets around their mean, and of residuals. */
function variations(weights: readonly number[], output: number) {
  const total = weights.reduce((a, b) => a + b)
  const mean = yTrue.reduce((sum, row, i) => sum + row[output] * weights[i], 0) / total
  const sum = (each: (i: number) => number) => weights.reduce((all, w, i) => all + w * each(i), 0)
  return {
    all: sum((i) => (yTrue[i][output] - mean) ** 2),
    residual: sum((i) => (yTrue[i][output] - yPred[i][output]) ** 2),
  }
}
const score = (weights: readonly number[], output: number): number => {
  const { all, residual } = variations(weights, output)
  return 1 - residual / all
}
const weights = [1, 0.5, 2, 1, 1.5]

describe('R2Score', () => {
  it('of one output', () =>
    runMetricTest({
      make: () => new R2Score(),
      yTrue: yTrue.map(([y]) => [y]),
      yPred: yPred.map(([p]) => [p]),
      weights,
      tolerance: 1e-5,
      expected: (w) => score(w, 0),
    }))

  it('of several outputs', async () => {
    const shared = { yTrue, yPred, weights, tolerance: 1e-5 }
    await runMetricTest({
      make: () => new R2Score(),
      ...shared,
      expected: (w) => (score(w, 0) + score(w, 1)) / 2,
    })
    await runMetricTest({
      make: () => new R2Score({ classAggregation: 'none' }),
      ...shared,
      expected: (w) => [score(w, 0), score(w, 1)],
    })
    await runMetricTest({
      make: () => new R2Score({ classAggregation: 'variance_weighted_average' }),
      ...shared,
      expected: (w) => {
        const [a, b] = [variations(w, 0), variations(w, 1)]
        return 1 - (a.residual + b.residual) / (a.all + b.all)
      },
    })
  })

  it('adjusted for regressors', async () => {
    await runMetricTest({
      make: () => new R2Score({ numRegressors: 2 }),
      yTrue: yTrue.map(([y]) => [y]),
      yPred: yPred.map(([p]) => [p]),
      weights,
      tolerance: 1e-5,
      expected: (w) => 1 - ((1 - score(w, 0)) * (5 - 1)) / (5 - 2 - 1),
    })
    // With as many regressors as samples less one, there is nothing to adjust with.
    const ones = yTrue.map(() => 1)
    const batch = [yTrue.map(([y]) => [y]), yPred.map(([p]) => [p])] as const
    expectNear(await valueAfter(new R2Score({ numRegressors: 4 }), batch), [score(ones, 0)], 1e-5)
    expectNear(await valueAfter(new R2Score({ numRegressors: 9 }), batch), [score(ones, 0)], 1e-5)
  })

  it('is 0 for constant targets that are missed', async () => {
    expect(
      await valueAfter(new R2Score(), [
        [[2], [2]],
        [[1], [3]],
      ]),
    ).toEqual([0])
  })

  it('says what it needs', async () => {
    expect(() => new R2Score({ numRegressors: -1 })).toThrow(/numRegressors of 0 or more, received -1/)
    expect(() => new R2Score({ classAggregation: 'mean' as 'none' })).toThrow(/expected 'uniform_average'/)
    await expect(
      valueAfter(new R2Score(), [
        [1, 2],
        [1, 2],
      ]),
    ).rejects.toThrow(/\[batch, outputs\], received \[2\]/)
  })
})
