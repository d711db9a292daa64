import { describe, expect, it } from 'vitest'
import { runMetricTest } from '../testing/runMetricTest.js'
import * as metrics from './index.js'

const labels = [0, 0, 0, 1, 1, 0, 1, 1, 0, 1]
const predictions = [0.05, 0.3, 0.62, 0.42, 0.81, 0.17, 0.55, 0.93, 0.71, 0.28]

/** The rates at each of `count` even thresholds. */
function rates(count: number, weights: readonly number[]) {
  const thresholds = count === 1 ? [0.5] : Array.from({ length: count }, (_, i) => i / (count - 1))
  return thresholds.map((threshold) => {
    const [tp, fp, tn, fn] = [
      [1, true],
      [0, true],
      [0, false],
      [1, false],
    ].map(([label, isPredicted]) =>
      weights.reduce((total, weight, i) => {
        const isCounted = labels[i] === label && Math.fround(predictions[i]) > threshold === isPredicted
        return isCounted ? total + weight : total
      }, 0),
    )
    const share = (a: number, b: number) => (a + b === 0 ? 0 : a / (a + b))
    return { recall: share(tp, fn), precision: share(tp, fp), specificity: share(tn, fp) }
  })
}
type Rates = ReturnType<typeof rates>[number]

const best = (count: number, isFeasible: (each: Rates) => boolean, wanted: (each: Rates) => number) => {
  return (weights: readonly number[]) =>
    rates(count, weights).reduce((most, each) => (isFeasible(each) ? Math.max(most, wanted(each)) : most), 0)
}

const shared = { yTrue: labels, yPred: predictions.map((p) => [p]) }

describe('operating points', () => {
  for (const [least, numThresholds] of [
    [0.5, 200],
    [0.75, 11],
    [1, 200],
    [0.3, 1],
  ]) {
    const options = { numThresholds, name: 'point' }

    it(`at ${least} of ${numThresholds} thresholds`, async () => {
      await runMetricTest({
        make: () => new metrics.SensitivityAtSpecificity(least, options),
        ...shared,
        expected: best(
          numThresholds,
          (each) => each.specificity >= least,
          (each) => each.recall,
        ),
      })
      await runMetricTest({
        make: () => new metrics.SpecificityAtSensitivity(least, options),
        ...shared,
        expected: best(
          numThresholds,
          (each) => each.recall >= least,
          (each) => each.specificity,
        ),
      })
      await runMetricTest({
        make: () => new metrics.PrecisionAtRecall(least, options),
        ...shared,
        expected: best(
          numThresholds,
          (each) => each.recall >= least,
          (each) => each.precision,
        ),
      })
      await runMetricTest({
        make: () => new metrics.RecallAtPrecision(least, options),
        ...shared,
        expected: best(
          numThresholds,
          (each) => each.precision >= least,
          (each) => each.recall,
        ),
      })
    })
  }

  it('look at one class', () =>
    runMetricTest({
      make: () => new metrics.PrecisionAtRecall(0.5, { classId: 1, name: 'point' }),
      yTrue: labels.map((label) => [1, label]),
      yPred: predictions.map((p) => [0.5, p]),
      expected: best(
        200,
        (each) => each.recall >= 0.5,
        (each) => each.precision,
      ),
    }))

  it('refuse values out of range', () => {
    expect(() => new metrics.PrecisionAtRecall(1.5)).toThrow(/expected a recall from 0 to 1, received 1.5/)
    expect(() => new metrics.SensitivityAtSpecificity(0.5, { numThresholds: 0 })).toThrow(
      /numThresholds of 1 or more, received 0/,
    )
  })
})
