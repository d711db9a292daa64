import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Executor } from '../graph/executor.js'
import { trace } from '../graph/trace.js'
import { gradients } from '../ops/gradient.js'
import { type NestedValues, tensor } from '../ops/tensor.js'
import { createExecutor } from '../runtime/createExecutor.js'
import { targets } from '../testing/opTest.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { expectNear } from '../testing/runLossTest.js'
import * as losses from './index.js'

const probabilities = [
  [0.25, 0.5, 0.25],
  [0.125, 0.75, 0.125],
  [0.0625, 0.0625, 0.875],
  [0.5, 0.375, 0.125],
]
const oneHot = [
  [0, 1, 0],
  [1, 0, 0],
  [0, 0, 1],
  [1, 0, 0],
]
const classes = [1, 0, 2, 0]
const logits = probabilities.map((row) => row.map((p) => 3 * p - 1))
const sequences = [logits, logits.toReversed()]

const cases: readonly (readonly [losses.Loss, NestedValues, NestedValues])[] = [
  [new losses.MeanSquaredError(), oneHot, logits],
  [new losses.MeanAbsoluteError(), oneHot, logits],
  [new losses.MeanAbsolutePercentageError(), probabilities, logits],
  [new losses.MeanSquaredLogarithmicError(), oneHot, probabilities],
  [new losses.Huber({ delta: 0.5 }), oneHot, logits],
  [new losses.LogCosh(), oneHot, logits],
  [new losses.BinaryCrossentropy(), oneHot, probabilities],
  [new losses.BinaryCrossentropy({ fromLogits: true }), oneHot, logits],
  [new losses.CategoricalCrossentropy({ labelSmoothing: 0.1 }), oneHot, probabilities],
  [new losses.CategoricalCrossentropy({ fromLogits: true, axis: 1 }), [oneHot], [logits]],
  [new losses.SparseCategoricalCrossentropy({ ignoreClass: 2 }), classes, probabilities],
  [new losses.SparseCategoricalCrossentropy({ axis: 1 }), [[2, 0, 3]], [probabilities]],
  [new losses.BinaryFocalCrossentropy({ applyClassBalancing: true }), oneHot, probabilities],
  [new losses.BinaryFocalCrossentropy({ fromLogits: true }), oneHot, logits],
  [new losses.CategoricalFocalCrossentropy({ alpha: [0.5, 0.25, 0.75] }), oneHot, probabilities],
  [new losses.CategoricalFocalCrossentropy({ fromLogits: true, gamma: 1.5 }), oneHot, logits],
  [new losses.CategoricalGeneralizedCrossEntropy(), classes, probabilities],
  [new losses.KLDivergence(), oneHot, probabilities],
  [new losses.Poisson(), oneHot, probabilities],
  [new losses.Hinge(), oneHot, logits],
  [new losses.SquaredHinge(), oneHot, logits],
  [new losses.CategoricalHinge(), oneHot, logits],
  [new losses.CosineSimilarity(), oneHot, logits],
  [new losses.Dice(), oneHot, probabilities],
  [new losses.Tversky({ axis: -1, alpha: 0.75 }), oneHot, probabilities],
  [new losses.Circle({ gamma: 4 }), classes, probabilities],
  [
    new losses.CTC(),
    [
      [1, 2],
      [1, 1],
    ],
    sequences,
  ],
]

describe.each(targets)('losses on the target %s', (target) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor({ target, threads: 2 })
  })
  afterAll(() => executor.close())

  it.each(cases.map((each) => [each[0].name, ...each] as const))('%s', async (_, loss, yTrue, yPred) => {
    const [labels, predictions] = [tensor(yTrue), tensor(yPred)]
    const value = loss.compute(labels, predictions)
    const results = [value, ...gradients(value, [predictions])]
    const step = await executor.compile(
      trace(
        [labels, predictions].map((type, i) => ({ ...type, name: `input${i}` })),
        (y, p) => {
          const traced = loss.compute(y, p)
          return [traced, ...gradients(traced, [p])]
        },
      ),
    )
    const actual = await step.run([labels.knownData(), predictions.knownData()])
    results.forEach((expected, i) => expectNear(Array.from(actual[i]), referenceValues(expected), 1e-5))
    expect(actual[0][0]).not.toBe(0)
  })
})
