import { beforeAll, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { expectNear } from '../testing/runLossTest.js'
import { runMetricTest, valueAfter } from '../testing/runMetricTest.js'
import * as metrics from './index.js'

beforeAll(() => useExecutor(new ReferenceExecutor()))

/** Small segmentation maps `[batch, 2, 3]` of four classes, of which the last never occurs. */
const yTrue = [
  [
    [0, 1, 1],
    [2, 2, 0],
  ],
  [
    [1, 1, 1],
    [0, 2, 0],
  ],
  [
    [0, 0, 2],
    [1, 0, 0],
  ],
]
const yPred = [
  [
    [0, 1, 2],
    [2, 2, 0],
  ],
  [
    [1, 0, 1],
    [0, 1, 0],
  ],
  [
    [0, 0, 2],
    [2, 1, 0],
  ],
]

/** Intersection over union of a class, in weighted places; `undefined` where it never occurs. */
function ratio(label: number, weights: readonly number[], ignored?: number): number | undefined {
  let [both, either] = [0, 0]
  yTrue.forEach((map, i) => {
    map.flat().forEach((y, place) => {
      if (y === ignored) return
      const isPredicted = yPred[i].flat()[place] === label
      if (y === label && isPredicted) both += weights[i]
      if (y === label || isPredicted) either += weights[i]
    })
  })
  return either === 0 ? undefined : both / either
}
const meanRatio = (labels: readonly number[], ignored?: number) => (weights: readonly number[]) => {
  const ratios = labels.flatMap((label) => ratio(label, weights, ignored) ?? [])
  return ratios.reduce((a, b) => a + b, 0) / ratios.length
}
const oneHot = (maps: typeof yTrue) =>
  maps.map((map) =>
    map.map((row) => row.map((label) => [0, 1, 2, 3].map((each) => (each === label ? 1 : 0)))),
  )

describe('intersection over union', () => {
  it('of chosen classes', async () => {
    for (const targetClassIds of [[0], [1, 2], [3, 0]]) {
      await runMetricTest({
        make: () => new metrics.IoU({ numClasses: 4, targetClassIds, name: 'iou' }),
        yTrue,
        yPred,
        tolerance: 1e-5,
        expected: meanRatio(targetClassIds),
      })
    }
  })

  it('of all classes that occur', () =>
    runMetricTest({
      make: () => new metrics.MeanIoU({ numClasses: 4, name: 'iou' }),
      yTrue,
      yPred,
      tolerance: 1e-5,
      expected: meanRatio([0, 1, 2]),
    }))

  it('without an ignored class', () =>
    runMetricTest({
      make: () => new metrics.MeanIoU({ numClasses: 4, ignoreClass: 2, name: 'iou' }),
      yTrue,
      yPred,
      tolerance: 1e-5,
      // Class 2 is still predicted, but never right.
      expected: meanRatio([0, 1, 2], 2),
    }))

  it('of one-hot labels and class values', async () => {
    const shared = { yTrue: oneHot(yTrue), yPred: oneHot(yPred), tolerance: 1e-5 }
    await runMetricTest({
      make: () => new metrics.OneHotIoU({ numClasses: 4, targetClassIds: [1], name: 'iou' }),
      ...shared,
      expected: meanRatio([1]),
    })
    await runMetricTest({
      make: () => new metrics.OneHotMeanIoU({ numClasses: 4, name: 'iou' }),
      ...shared,
      expected: meanRatio([0, 1, 2]),
    })
    await runMetricTest({
      make: () => new metrics.OneHotMeanIoU({ numClasses: 4, sparseYPred: true, name: 'iou' }),
      ...shared,
      yPred,
      expected: meanRatio([0, 1, 2]),
    })
    await runMetricTest({
      make: () => new metrics.IoU({ numClasses: 4, targetClassIds: [0], sparseYPred: false, name: 'iou' }),
      ...shared,
      yTrue,
      expected: meanRatio([0]),
    })
  })

  it('of two classes, cut at a threshold', async () => {
    const metric = () => new metrics.BinaryIoU({ threshold: 0.3, name: 'iou' })
    const labels = [0, 1, 0, 1]
    const predictions = [[0.1], [0.2], [0.4], [0.7]]
    // Class 0: one of three; class 1: one of three.
    await runMetricTest({
      make: metric,
      yTrue: labels,
      yPred: predictions,
      weights: [1, 1, 1, 1],
      tolerance: 1e-5,
      expected: () => 1 / 3,
    })
    // A prediction equal to the threshold means class 1.
    expectNear(
      await valueAfter(new metrics.BinaryIoU({ targetClassIds: [1] }), [
        [1, 0],
        [[0.5], [0.25]],
      ]),
      [1],
      1e-5,
    )
  })

  it("has the values of Keras's documentation, fractions of weights included", async () => {
    const batch = [
      [0, 0, 1, 1],
      [0, 1, 0, 1],
    ] as const
    const weights = [0.3, 0.3, 0.3, 0.1]
    const iou = () => new metrics.IoU({ numClasses: 2, targetClassIds: [0] })
    expectNear(await valueAfter(iou(), batch), [1 / 3], 1e-5)
    expectNear(await valueAfter(iou(), [...batch, weights]), [1 / 3], 1e-5)
    const mean = new metrics.MeanIoU({ numClasses: 2 })
    expectNear(await valueAfter(mean, [...batch, weights]), [(1 / 3 + 1 / 7) / 2], 1e-5)
  })

  it('leaves out numbers that are no class', async () => {
    const metric = new metrics.MeanIoU({ numClasses: 2 })
    expectNear(
      await valueAfter(metric, [
        [0, 1, 7, -1],
        [0, 1, 0, 1],
      ]),
      [1],
      1e-5,
    )
  })

  it('says what it needs', async () => {
    expect(() => new metrics.IoU({ numClasses: 2, targetClassIds: [2] })).toThrow(
      /targetClassIds from 0 to 1, received 2/,
    )
    expect(() => new metrics.MeanIoU({ numClasses: 0 })).toThrow(/numClasses of 1 or more, received 0/)
    await expect(
      valueAfter(new metrics.MeanIoU({ numClasses: 2, name: 'iou' }), [
        [0, 1],
        [
          [0.5, 0.5],
          [1, 0],
        ],
      ]),
    ).rejects.toThrow(/iou: expected as many labels as predicted classes, received shapes \[2\] and \[2, 2\]/)
  })
})
