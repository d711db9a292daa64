import { beforeAll, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import type { LossLike } from '../losses/index.js'
import * as losses from '../losses/index.js'
import { sequential } from '../models/index.js'
import { mean } from '../ops/mean.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { tensor } from '../ops/tensor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { expectNear } from '../testing/runLossTest.js'
import { valueAfter } from '../testing/runMetricTest.js'
import * as metrics from './index.js'

beforeAll(() => useExecutor(new ReferenceExecutor()))

/** Ten samples: with batches of four, the last one is smaller. */
const x = Array.from({ length: 10 }, (_, i) => [Math.sin(i), Math.cos(2 * i), (i % 4) / 4])
const labels = x.map((_, i) => [0, 1, 2].map((label) => (label === (i * i) % 3 ? 1 : 0)))
const batches = [
  [0, 4],
  [4, 8],
  [8, 10],
] as const

function compiled(loss: LossLike, measures: readonly metrics.MetricLike[] = []) {
  const model = sequential([layers.input([3]), layers.dense(3, { activation: 'softmax' })], { seed: 2 })
  model.compile({ loss, optimizer: 'sgd', metrics: measures })
  return model
}
const rows = (tensor: Tensor) => tensor.array() as Promise<number[][]>

describe('metrics of several numbers', () => {
  it('are read after evaluate, with their mean in the logs', async () => {
    const [f1, matrix] = [new metrics.F1Score(), new metrics.ConfusionMatrix()]
    const model = compiled('categorical_crossentropy', [f1, matrix])
    const logs = await model.evaluate(x, labels, { batchSize: 4, verbose: 0 })
    const predictions = await rows(await model.predict(x))

    const scores = await valueAfter(new metrics.F1Score(), [labels, predictions])
    expectNear(Array.from(await f1.result().data()), scores)
    expect(Object.keys(logs)).toEqual(['f1_score', 'loss'])
    expect(logs.f1_score).toBeCloseTo(scores.reduce((a, b) => a + b) / 3, 6)

    expect(await matrix.result().array()).toEqual(
      [0, 1, 2].map((label) =>
        [0, 1, 2].map(
          (chosen) =>
            predictions.filter((row, i) => labels[i][label] && row.indexOf(Math.max(...row)) === chosen)
              .length,
        ),
      ),
    )
  })
})

describe('losses and metrics that take a batch as a whole', () => {
  const whole = (yTrue: Tensor, yPred: Tensor) => mean(square(subtract(yTrue, yPred)))

  it('are evaluated on batches that are not padded', async () => {
    const mixed: readonly (readonly [LossLike, losses.Loss])[] = [
      [new losses.Dice(), new losses.Dice()],
      [whole, new losses.MeanSquaredError()],
    ]
    for (const [loss, same] of mixed) {
      const correlation = new metrics.ConcordanceCorrelation({ axis: 0 })
      const model = compiled(loss, [whole, correlation])
      const logs = await model.evaluate(x, labels, { batchSize: 4, verbose: 0 })
      const predictions = await rows(await model.predict(x))
      const parts = batches.map(
        ([begin, end]) => [labels.slice(begin, end), predictions.slice(begin, end)] as const,
      )
      const [total, count] = parts.reduce(
        ([sum, samples], [y, p]) => {
          const [value] = referenceValues(same.compute(tensor(y), tensor(p)))
          return [sum + value * y.length, samples + y.length]
        },
        [0, 0],
      )
      expect(logs.loss).toBeCloseTo(total / count, 5)
      const expected = await valueAfter(new metrics.ConcordanceCorrelation({ axis: 0 }), ...parts)
      expect(logs.concordance_correlation).toBeCloseTo(expected[0], 5)
      const errors = parts.map(([y, p]) => referenceValues(whole(tensor(y), tensor(p)))[0])
      expect(logs.whole).toBeCloseTo(errors.reduce((a, b) => a + b) / errors.length, 5)
    }
  })

  it('train, and validate', async () => {
    const model = compiled('dice', ['auc', 'precision'])
    const { history } = await model.fit(x, labels, {
      batchSize: 4,
      epochs: 3,
      verbose: 0,
      validationData: [x, labels],
    })
    expect(Object.keys(history)).toEqual(['auc', 'loss', 'precision', 'val_auc', 'val_loss', 'val_precision'])
    expect(history.val_loss[2]).toBeLessThan(history.val_loss[0])
  })
})
