import { beforeAll, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { expectNear } from '../testing/runLossTest.js'
import { runMetricTest, valueAfter } from '../testing/runMetricTest.js'
import * as metrics from './index.js'

beforeAll(() => useExecutor(new ReferenceExecutor()))

const labels = [0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0]
/** Each in a bucket of its own of 20, but for two ties of a positive and a negative. */
const predictions = [1, 5, 3, 9, 14, 5, 12, 17, 9, 11, 19, 7].map((bucket) => (bucket + 0.5) / 20)

interface Point {
  tp: number
  fp: number
  tn: number
  fn: number
}

function curve(thresholds: readonly number[], weights: readonly number[]): Point[] {
  return thresholds.map((threshold) => {
    const point = { tp: 0, fp: 0, tn: 0, fn: 0 }
    labels.forEach((label, i) => {
      const isPredicted = Math.fround(predictions[i]) > threshold
      point[label ? (isPredicted ? 'tp' : 'fn') : isPredicted ? 'fp' : 'tn'] += weights[i]
    })
    return point
  })
}
const even = (count: number) => Array.from({ length: count }, (_, i) => i / (count - 1)).with(0, -1e-7)
const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b)

type Axis = (point: Point) => number
const recall: Axis = ({ tp, fn }) => ratio(tp, tp + fn)
const precision: Axis = ({ tp, fp }) => ratio(tp, tp + fp)
const alarms: Axis = ({ fp, tn }) => ratio(fp, fp + tn)

/** The area under y over x, with heights between two points chosen by `height`. */
const area = (points: readonly Point[], x: Axis, y: Axis, height: (a: number, b: number) => number): number =>
  points.slice(1).reduce((total, point, i) => {
    const before = points[i]
    return total + (x(before) - x(point)) * height(y(before), y(point))
  }, 0)

const heights = {
  interpolation: (a: number, b: number) => (a + b) / 2,
  majoring: Math.max,
  minoring: Math.min,
}

const shared = { yTrue: labels, yPred: predictions.map((p) => [p]) }
const aucOf = (options: metrics.AUCOptions) => () => new metrics.AUC({ name: 'auc', ...options })

describe('AUC of ROC', () => {
  it('is the chance that a positive gets more than a negative', () =>
    runMetricTest({
      make: aucOf({ numThresholds: 21 }),
      ...shared,
      weights: labels.map(() => 1),
      expected: () => {
        let [won, pairs] = [0, 0]
        labels.forEach((a, i) => {
          labels.forEach((b, j) => {
            if (!(a > b)) return
            pairs++
            won += predictions[i] > predictions[j] ? 1 : predictions[i] === predictions[j] ? 0.5 : 0
          })
        })
        return won / pairs
      },
    }))

  for (const summationMethod of ['interpolation', 'majoring', 'minoring'] as const) {
    it(`by ${summationMethod}`, async () => {
      await runMetricTest({
        make: aucOf({ summationMethod, numThresholds: 8 }),
        ...shared,
        expected: (weights) => area(curve(even(8), weights), alarms, recall, heights[summationMethod]),
      })
      const thresholds = [0.5, 0.2, 0.9]
      await runMetricTest({
        make: aucOf({ summationMethod, thresholds }),
        ...shared,
        expected: (weights) =>
          area(curve([-1e-7, 0.2, 0.5, 0.9, 1.1], weights), alarms, recall, heights[summationMethod]),
      })
    })
  }

  it("has the values of Keras's documentation", async () => {
    const batch = [
      [0, 0, 1, 1],
      [0, 0.5, 0.3, 0.9],
    ] as const
    expectNear(await valueAfter(new metrics.AUC({ numThresholds: 3 }), batch), [0.75])
    expectNear(await valueAfter(new metrics.AUC({ numThresholds: 3 }), [...batch, [1, 0, 0, 1]]), [1])
  })

  it('takes logits', async () => {
    const logits = predictions.map((p) => [Math.log(p / (1 - p))])
    const [a] = await valueAfter(new metrics.AUC({ fromLogits: true }), [labels, logits])
    const [b] = await valueAfter(new metrics.AUC(), [labels, shared.yPred])
    expect(a).toBeCloseTo(b, 6)
  })
})

describe('AUC of precision over recall', () => {
  for (const summationMethod of ['majoring', 'minoring'] as const) {
    it(`by ${summationMethod}`, () =>
      runMetricTest({
        make: aucOf({ curve: 'PR', summationMethod, numThresholds: 8 }),
        ...shared,
        expected: (weights) => area(curve(even(8), weights), recall, precision, heights[summationMethod]),
      }))
  }

  it('by interpolation: the integral of tp / (tp + fp), with fp in proportion to tp between thresholds', () =>
    runMetricTest({
      make: aucOf({ curve: 'PR', numThresholds: 8 }),
      ...shared,
      tolerance: 1e-5,
      expected: (weights) => {
        const points = curve(even(8), weights)
        const positives = points[0].tp + points[0].fn
        const slices = 2000
        return points.slice(1).reduce((total, { tp, fp }, i) => {
          const gained = points[i].tp - tp
          let sum = 0
          for (let slice = 0; slice < slices; slice++) {
            const share = (slice + 0.5) / slices
            const hits = tp + share * gained
            const all = hits + fp + share * (points[i].fp - fp)
            sum += ratio(hits, all) / slices
          }
          return total + (sum * gained) / positives
        }, 0)
      },
    }))

  it('as gains', () =>
    runMetricTest({
      make: aucOf({ curve: 'PRGAIN', numThresholds: 8 }),
      ...shared,
      expected: (weights) => {
        const points = curve(even(8), weights)
        const share = (points[0].tp + points[0].fn) / weights.reduce((a, b) => a + b)
        const gain = (value: number) => (value - share) / ((1 - share) * value)
        return area(
          points,
          (point) => (point.tp === 0 ? 0 : Math.max(0, gain(recall(point)))),
          (point) => (point.tp === 0 ? 1 : gain(precision(point))),
          heights.interpolation,
        )
      },
    }))
})

describe('AUC of several labels', () => {
  const yTrue = labels.map((label, i) => [label, labels[(i + 5) % labels.length], i % 2])
  const yPred = predictions.map((p, i) => [p, predictions[(i + 2) % predictions.length], (i + 0.5) / 12])

  const areaOf = async (column: number, options: metrics.AUCOptions = {}) => {
    const [value] = await valueAfter(new metrics.AUC(options), [
      yTrue.map((row) => row[column]),
      yPred.map((row) => row[column]),
    ])
    return value
  }

  it('is the mean of the areas of all labels, weighted or not', async () => {
    for (const options of [
      {},
      { curve: 'PR' },
      { thresholds: [0.3, 0.7], summationMethod: 'minoring' },
    ] as const) {
      const areas = [await areaOf(0, options), await areaOf(1, options), await areaOf(2, options)]
      const several = new metrics.AUC({ ...options, multiLabel: true })
      expectNear(await valueAfter(several, [yTrue, yPred]), [(areas[0] + areas[1] + areas[2]) / 3])
      const weighted = new metrics.AUC({
        ...options,
        multiLabel: true,
        numLabels: 3,
        labelWeights: [1, 0.5, 2],
      })
      expectNear(await valueAfter(weighted, [yTrue, yPred]), [(areas[0] + areas[1] / 2 + areas[2] * 2) / 3.5])
    }
  })

  it('makes one curve of all labels otherwise, in which labels may have weights', async () => {
    const flat = new metrics.AUC({ labelWeights: [1, 0.5, 2] })
    const one = new metrics.AUC()
    const [expected] = await valueAfter(one, [yTrue.flat(), yPred.flat(), yTrue.flatMap(() => [1, 0.5, 2])])
    expectNear(await valueAfter(flat, [yTrue, yPred]), [expected])
  })

  it('is kept in a config', () =>
    runMetricTest({
      make: aucOf({
        multiLabel: true,
        numLabels: 1,
        thresholds: [0.25, 0.6],
        curve: 'PR',
        fromLogits: false,
      }),
      yTrue: labels.map((label) => [label]),
      yPred: shared.yPred,
      tolerance: 1e-5,
      expected: (weights) => {
        const points = curve([-1e-7, 0.25, 0.6, 1.1], weights)
        const positives = points[0].tp + points[0].fn
        return points.slice(1).reduce((total, { tp, fp }, i) => {
          const [gained, more] = [points[i].tp - tp, points[i].tp + points[i].fp - tp - fp]
          if (more === 0) return total
          const slope = gained / more
          const rest = tp - slope * (tp + fp)
          const grown = tp + fp > 0 ? Math.log((points[i].tp + points[i].fp) / (tp + fp)) : 0
          return total + (slope * (gained + rest * grown)) / positives
        }, 0)
      },
    }))
})

describe('AUC', () => {
  it("has Keras's config", () => {
    expect(new metrics.AUC({ name: 'auc' }).getConfig()).toEqual({
      name: 'auc',
      dtype: 'float32',
      num_thresholds: 200,
      curve: 'ROC',
      summation_method: 'interpolation',
      multi_label: false,
      num_labels: null,
      label_weights: null,
      from_logits: false,
    })
  })

  it('says what it needs', async () => {
    expect(() => new metrics.AUC({ numThresholds: 1 })).toThrow(/numThresholds of 2 or more, received 1/)
    expect(() => new metrics.AUC({ curve: 'RC' as 'ROC' })).toThrow(/curve: expected 'ROC' or 'PR'/)
    expect(() => new metrics.AUC({ numLabels: 3 })).toThrow(/numLabels is for multiLabel/)
    await expect(
      valueAfter(new metrics.AUC({ multiLabel: true }), [
        [0, 1],
        [0, 1],
      ]),
    ).rejects.toThrow(/multiLabel: true needs predictions \[batch, labels\], received \[2\]/)
  })
})
