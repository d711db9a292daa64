import { afterAll, beforeAll, describe, it } from 'vitest'
import { type Executor, useExecutor } from '../graph/executor.js'
import type { NestedValues } from '../ops/tensor.js'
import { createExecutor } from '../runtime/createExecutor.js'
import { targets } from '../testing/opTest.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { expectNear } from '../testing/runLossTest.js'
import { valueAfter } from '../testing/runMetricTest.js'
import * as metrics from './index.js'

const probabilities = [
  [0.25, 0.5, 0.25],
  [0.125, 0.75, 0.125],
  [0.0625, 0.0625, 0.875],
  [0.5, 0.375, 0.125],
  [0.375, 0.25, 0.375],
]
const classes = [1, 0, 2, 0, 1]
const oneHot = classes.map((label) => [0, 1, 2].map((each) => (each === label ? 1 : 0)))
const maps = [
  [0, 1, 2],
  [2, 1, 1],
  [0, 0, 2],
  [1, 1, 0],
  [2, 2, 2],
]
const name = 'metric'

const cases: readonly (readonly [() => metrics.Metric, NestedValues, NestedValues])[] = [
  [() => new metrics.Mean(), 0, probabilities],
  [() => new metrics.Sum(), 0, probabilities],
  [() => new metrics.Accuracy(), maps, maps.toReversed()],
  [() => new metrics.BinaryAccuracy({ threshold: 0.3 }), oneHot, probabilities],
  [() => new metrics.CategoricalAccuracy(), oneHot, probabilities],
  [() => new metrics.SparseCategoricalAccuracy(), classes, probabilities],
  [() => new metrics.TopKCategoricalAccuracy({ k: 2 }), oneHot, probabilities],
  [() => new metrics.SparseTopKCategoricalAccuracy({ k: 2 }), classes, probabilities],
  [() => new metrics.SparseTopKCategoricalAccuracy({ k: 2, fromSortedIds: true }), classes, maps],
  [() => new metrics.RootMeanSquaredError(), oneHot, probabilities],
  [() => new metrics.R2Score({ numRegressors: 2 }), probabilities, probabilities.toReversed()],
  [() => new metrics.PearsonCorrelation(), oneHot, probabilities],
  [() => new metrics.ConcordanceCorrelation(), oneHot, probabilities],
  [() => new metrics.SparseCategoricalCrossentropy({ ignoreClass: 0 }), classes, probabilities],
  [() => new metrics.TrueNegatives({ name, thresholds: [0.2, 0.4] }), oneHot, probabilities],
  [() => new metrics.Precision({ name, thresholds: [0, 0.25, 0.5, 0.75, 1] }), oneHot, probabilities],
  [() => new metrics.Recall({ name, topK: 2, classId: 1 }), oneHot, probabilities],
  [() => new metrics.SensitivityAtSpecificity(0.6, { name }), oneHot, probabilities],
  [() => new metrics.PrecisionAtRecall(0.4, { name }), oneHot, probabilities],
  [() => new metrics.AUC({ name }), oneHot, probabilities],
  [() => new metrics.AUC({ name, curve: 'PR', multiLabel: true }), oneHot, probabilities],
  [() => new metrics.AUC({ name, curve: 'PRGAIN', thresholds: [0.3] }), oneHot, probabilities],
  [() => new metrics.F1Score(), oneHot, probabilities],
  [() => new metrics.FBetaScore({ beta: 2, average: 'weighted', threshold: 0.3 }), oneHot, probabilities],
  [() => new metrics.ConfusionMatrix(), classes, probabilities],
  [() => new metrics.MeanIoU({ name, numClasses: 3 }), maps, maps.toReversed()],
  [() => new metrics.OneHotIoU({ name, numClasses: 3, targetClassIds: [0, 2] }), oneHot, probabilities],
]

describe.each(targets)('metrics on the target %s', (target) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor({ target, threads: 2 })
  })
  afterAll(() => executor.close())

  it.each(cases.map((each) => [each[0]().className, ...each] as const))(
    '%s',
    async (_, make, yTrue, yPred) => {
      const weights = typeof yTrue === 'number' ? undefined : classes
      const batches = [
        [yTrue, yPred],
        [yTrue, yPred, weights],
      ] as const
      useExecutor(new ReferenceExecutor())
      const expected = await valueAfter(make(), ...batches)
      useExecutor(executor)
      expectNear(await valueAfter(make(), ...batches), expected, 1e-5)
    },
  )
})
