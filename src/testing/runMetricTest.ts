import { expect } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import { getMetric, serializeMetric } from '../metrics/get.js'
import type { Metric } from '../metrics/metric.js'
import { type NestedValues, tensor } from '../ops/tensor.js'
import { ReferenceExecutor } from './referenceExecutor.js'
import { expectNear } from './runLossTest.js'

type Row = NestedValues

/** What one metric is tested with: a row for each sample. */
export interface MetricCase {
  /** A new metric each time. */
  make(): Metric
  readonly yTrue: readonly Row[]
  readonly yPred: readonly Row[]
  /** Default: weights from 0 to 2. */
  readonly weights?: readonly number[]
  /** The value for all samples with these weights, computed in float64 by the definition. */
  expected(weights: readonly number[]): number | readonly number[]
  /** Whether samples can be taken in a few at a time. Default: true. */
  readonly bySample?: boolean
  readonly tolerance?: number
}

/** The elements of a metric's result, after it has taken in batches outside of a step. */
export async function valueAfter(
  metric: Metric,
  ...batches: readonly (readonly [yTrue: NestedValues, yPred: NestedValues, weights?: NestedValues])[]
): Promise<number[]> {
  for (const [yTrue, yPred, weights] of batches) {
    await metric.observe(tensor(yTrue), tensor(yPred), weights === undefined ? undefined : tensor(weights))
  }
  return Array.from(await metric.result().data())
}

/**
 * What must hold for every metric: values by the definition, with and without weights; the same for one batch, for several,
 * and for one that is filled up with samples of weight 0; again after a reset; and an equal metric from its config.
 */
export async function runMetricTest(given: MetricCase): Promise<void> {
  useExecutor(new ReferenceExecutor())
  const { make, yTrue, yPred, bySample = true, tolerance = 1e-6 } = given
  const weights = given.weights ?? yTrue.map((_, i) => (i % 5) / 2)
  const ones = yTrue.map(() => 1)
  const expected = (by: readonly number[]) => [given.expected(by)].flat()

  const metric = make()
  expectNear(await valueAfter(metric, [yTrue, yPred]), expected(ones), tolerance)
  metric.resetState()
  expectNear(await valueAfter(metric, [yTrue, yPred, weights]), expected(weights), tolerance)

  if (bySample) {
    const cut = Math.ceil(yTrue.length / 3)
    const parts = [
      [yTrue.slice(0, cut), yPred.slice(0, cut), weights.slice(0, cut)],
      [yTrue.slice(cut), yPred.slice(cut), weights.slice(cut)],
    ] as const
    expectNear(await valueAfter(make(), ...parts), expected(weights), tolerance)
    const filled = (rows: readonly Row[]) => [...rows, rows[rows.length - 1], rows[0]]
    const padded = [filled(yTrue), filled(yPred), [...ones, 0, 0]] as const
    expectNear(await valueAfter(make(), padded), expected(ones), tolerance)
  }

  const saved = serializeMetric(make())
  const copy = getMetric(JSON.parse(JSON.stringify(saved)), [1], [1, 2])
  expect(copy.constructor).toBe(make().constructor)
  expect(copy.getConfig()).toEqual(saved.config)
}
