import { beforeAll, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { runMetricTest, valueAfter } from '../testing/runMetricTest.js'
import * as metrics from './index.js'
import { areEven } from './thresholds.js'

beforeAll(() => useExecutor(new ReferenceExecutor()))

const labels = [
  [0, 1, 1],
  [1, 0, 0],
  [0, 0, 1],
  [1, 1, 0],
  [0, 0, 0],
]
const predictions = [
  [0.125, 0.875, 0.25],
  [0.75, 0.5, 0],
  [0.625, 0.375, 1],
  [0.5, 0.25, 0.125],
  [0.25, 0.75, 0.5625],
]

interface Counts {
  tp: number
  fp: number
  tn: number
  fn: number
}

/** Counts at one threshold, over the chosen columns. */
function countsAt(
  threshold: number,
  weights: readonly number[],
  columns: readonly number[] = [0, 1, 2],
): Counts {
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0 }
  labels.forEach((row, i) => {
    for (const j of columns) {
      const isPredicted = predictions[i][j] > threshold
      counts[row[j] ? (isPredicted ? 'tp' : 'fn') : isPredicted ? 'fp' : 'tn'] += weights[i]
    }
  })
  return counts
}
const ratio = (a: number, b: number): number => (a + b === 0 ? 0 : a / (a + b))

/** One threshold, uneven ones, and even ones, which are counted in buckets. */
const choices: readonly (number | number[] | undefined)[] = [
  undefined,
  0.25,
  [0.1, 0.5, 0.6],
  [0, 0.25, 0.5, 0.75, 1],
]
const listed = (thresholds: number | number[] | undefined) => [thresholds ?? 0.5].flat()

describe('counts', () => {
  for (const thresholds of choices) {
    it(`at thresholds ${thresholds ?? 'by default'}`, async () => {
      const types = [
        [metrics.TruePositives, 'tp'],
        [metrics.FalsePositives, 'fp'],
        [metrics.TrueNegatives, 'tn'],
        [metrics.FalseNegatives, 'fn'],
      ] as const
      for (const [type, key] of types) {
        await runMetricTest({
          make: () => new type({ thresholds, name: 'count' }),
          yTrue: labels,
          yPred: predictions,
          expected: (weights) => listed(thresholds).map((threshold) => countsAt(threshold, weights)[key]),
        })
      }
    })
  }

  it('take vectors of labels beside predictions of one unit', async () => {
    const batch = [
      [0, 1, 1, 1],
      [[0.2], [0.9], [0.3], [0.8]],
    ] as const
    expect(await valueAfter(new metrics.TruePositives(), batch)).toEqual([2])
    expect(await valueAfter(new metrics.FalseNegatives(), batch)).toEqual([1])
  })

  it('have rank 0 for one threshold', () => {
    expect(new metrics.TruePositives().result().shape).toEqual([])
    expect(new metrics.TruePositives({ thresholds: [0.5] }).result().shape).toEqual([])
    expect(new metrics.TruePositives({ thresholds: [0.5, 0.75] }).result().shape).toEqual([2])
  })
})

describe('precision and recall', () => {
  for (const thresholds of choices) {
    it(`at thresholds ${thresholds ?? 'by default'}`, async () => {
      const shared = { yTrue: labels, yPred: predictions }
      await runMetricTest({
        make: () => new metrics.Precision({ thresholds, name: 'precision' }),
        ...shared,
        expected: (weights) =>
          listed(thresholds).map((threshold) => {
            const { tp, fp } = countsAt(threshold, weights)
            return ratio(tp, fp)
          }),
      })
      await runMetricTest({
        make: () => new metrics.Recall({ thresholds, name: 'recall' }),
        ...shared,
        expected: (weights) =>
          listed(thresholds).map((threshold) => {
            const { tp, fn } = countsAt(threshold, weights)
            return ratio(tp, fn)
          }),
      })
    })
  }

  it('of one class', () =>
    runMetricTest({
      make: () => new metrics.Precision({ classId: 1, name: 'precision' }),
      yTrue: labels,
      yPred: predictions,
      expected: (weights) => {
        const { tp, fp } = countsAt(0.5, weights, [1])
        return ratio(tp, fp)
      },
    }))

  it('of the k largest predictions, whatever their size', async () => {
    const yTrue = [
      [0, 0, 1, 1],
      [1, 0, 0, 0],
    ]
    const yPred = [
      [0.1, 0.2, 0.05, 0.3],
      [0.01, 0.02, 0.9, 0.03],
    ]
    const make = () => new metrics.Precision({ topK: 2, name: 'precision' })
    await runMetricTest({ make, yTrue, yPred, weights: [1, 3], expected: ([a, b]) => a / (2 * a + 2 * b) })
    const recall = () => new metrics.Recall({ topK: 2, name: 'recall' })
    await runMetricTest({
      make: recall,
      yTrue,
      yPred,
      weights: [1, 3],
      expected: ([a, b]) => a / (2 * a + b),
    })
    const ofClass = new metrics.Recall({ topK: 2, classId: 2 })
    expect(await valueAfter(ofClass, [yTrue, yPred])).toEqual([0])
  })

  it("have the values of Keras's documentation", async () => {
    const batch = [
      [0, 1, 1, 1],
      [1, 0, 1, 1],
    ] as const
    expect(await valueAfter(new metrics.Precision(), batch)).toEqual([Math.fround(2 / 3)])
    expect(await valueAfter(new metrics.Precision(), [...batch, [0, 0, 1, 0]])).toEqual([1])
    expect(await valueAfter(new metrics.Recall(), batch)).toEqual([Math.fround(2 / 3)])
    const four = [
      [0, 0, 1, 1],
      [1, 1, 1, 1],
    ] as const
    expect(await valueAfter(new metrics.Precision({ topK: 4 }), four)).toEqual([0.5])
  })

  it('are 0 where there is nothing to divide by', async () => {
    expect(
      await valueAfter(new metrics.Precision(), [
        [1, 0],
        [0, 0],
      ]),
    ).toEqual([0])
    expect(
      await valueAfter(new metrics.Recall(), [
        [0, 0],
        [1, 0],
      ]),
    ).toEqual([0])
  })

  it('number themselves as in Keras', () => {
    const [first, second] = [new metrics.Precision().name, new metrics.Precision().name]
    const number = (name: string) => Number(name.replace(/^precision_?/, '') || 0)
    expect(first).toMatch(/^precision(_\d+)?$/)
    expect(number(second)).toBe(number(first) + 1)
  })

  it('say what they need', async () => {
    expect(() => new metrics.Recall({ thresholds: [0.5, 1.5] })).toThrow(
      /thresholds from 0 to 1, received 1.5/,
    )
    expect(() => new metrics.Recall({ thresholds: [] })).toThrow(/received none/)
    const observe = (metric: metrics.Metric, yTrue: number[] | number[][]) =>
      valueAfter(metric, [yTrue, predictions])
    await expect(observe(new metrics.Recall({ name: 'recall' }), [0, 1, 2, 0, 1])).rejects.toThrow(
      /recall: expected labels and predictions of one shape, received \[5\] and \[5, 3\]. .*toCategorical/,
    )
    await expect(observe(new metrics.Recall({ classId: 3 }), labels)).rejects.toThrow(
      /classId 3 needs predictions \[batch, classes\] with more than 3 classes/,
    )
  })
})

describe('areEven', () => {
  it('knows thresholds that divide [0, 1] evenly', () => {
    expect(areEven([0, 0.5, 1])).toBe(true)
    expect(areEven([0, 1 / 3, 2 / 3, 1])).toBe(true)
    expect(areEven([0, 0.51, 1])).toBe(false)
    expect(areEven([0, 1])).toBe(false)
  })
})
