import { beforeAll, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { runMetricTest, valueAfter } from '../testing/runMetricTest.js'
import { ConfusionMatrix } from './confusionMatrix.js'

beforeAll(() => useExecutor(new ReferenceExecutor()))

const classes = [0, 1, 2, 2, 1, 0, 2]
const predicted = [0, 2, 2, 1, 1, 0, 2]
const scores = predicted.map((label) => [0, 1, 2].map((each) => (each === label ? 0.5 : 0.25)))

const expected = (weights: readonly number[]) => {
  const matrix = new Array<number>(9).fill(0)
  classes.forEach((label, i) => {
    matrix[3 * label + predicted[i]] += weights[i]
  })
  return matrix
}

describe('ConfusionMatrix', () => {
  it('counts labels (rows) against predictions (columns)', async () => {
    await runMetricTest({ make: () => new ConfusionMatrix(), yTrue: classes, yPred: scores, expected })
    await runMetricTest({
      make: () => new ConfusionMatrix({ numClasses: 3 }),
      yTrue: classes.map((label) => [label]),
      yPred: scores,
      expected,
    })
    const oneHot = classes.map((label) => [0, 1, 2].map((each) => (each === label ? 1 : 0)))
    await runMetricTest({ make: () => new ConfusionMatrix(), yTrue: oneHot, yPred: scores, expected })
  })

  it('cuts predictions of one unit at a threshold', async () => {
    const batch = [
      [0, 1, 1, 0],
      [[0.2], [0.9], [0.4], [0.6]],
    ] as const
    expect(await valueAfter(new ConfusionMatrix(), batch)).toEqual([1, 1, 1, 1])
    expect(await valueAfter(new ConfusionMatrix({ threshold: 0.3 }), batch)).toEqual([1, 1, 0, 2])
  })

  it('is a matrix', async () => {
    const metric = new ConfusionMatrix()
    await metric.observe([0, 1, 1], [[0.9], [0.8], [0.1]])
    expect(await metric.result().array()).toEqual([
      [0, 1],
      [1, 1],
    ])
  })

  it('says what it needs', async () => {
    expect(() => new ConfusionMatrix({ numClasses: 1 })).toThrow(/numClasses of 2 or more, received 1/)
    await expect(valueAfter(new ConfusionMatrix({ numClasses: 4 }), [classes, scores])).rejects.toThrow(
      /confusion_matrix: expected predictions \[batch, 4\], received \[7, 3\]/,
    )
  })
})
