import { expect } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import { getLoss, serializeLoss } from '../losses/get.js'
import type { Loss } from '../losses/loss.js'
import { gradients } from '../ops/gradient.js'
import { tensor } from '../ops/tensor.js'
import { referenceValues } from './referenceEvaluate.js'

/** What one loss is tested with: numbers of two axes, a row for each sample. */
export interface LossCase {
  /** A new loss each time. */
  make(options?: { readonly reduction?: 'sum' | 'none' }): Loss
  readonly yTrue: readonly (readonly number[])[]
  readonly yPred: readonly (readonly number[])[]
  /** The value for one sample, computed in float64 by the formula. */
  expected(yTrue: readonly number[], yPred: readonly number[]): number
}

/** Checks that two lists of numbers agree to within `tolerance` of the largest. */
export function expectNear(actual: readonly number[], expected: readonly number[], tolerance = 1e-6): void {
  expect(actual.length).toBe(expected.length)
  const scale = Math.max(...expected.map(Math.abs), Number.MIN_VALUE)
  actual.forEach((value, i) =>
    expect(Math.abs(value - expected[i]) / scale, `${value} for ${expected[i]}`).toBeLessThanOrEqual(
      tolerance,
    ),
  )
}

/**
 * What must hold for every loss that takes samples one by one: values by the formula, the reductions, weights, gradients
 * equal to finite differences, and an equal loss from its config.
 */
export function runLossTest({ make, yTrue, yPred, expected }: LossCase): void {
  const [targets, predictions] = [tensor(yTrue), tensor(yPred)]
  const values = yTrue.map((row, i) => expected(row, yPred[i].map(Math.fround)))
  const total = values.reduce((a, b) => a + b, 0)
  expectNear(referenceValues(make().call(targets, predictions)), values)
  expectNear(referenceValues(make().compute(targets, predictions)), [total / values.length])
  expectNear(referenceValues(make({ reduction: 'sum' }).compute(targets, predictions)), [total])

  const weights = values.map((_, i) => (i % 3) / 2)
  const weighted = make({ reduction: 'none' }).compute(targets, predictions, {
    sampleWeight: tensor(weights),
  })
  expectNear(
    referenceValues(weighted),
    values.map((value, i) => value * weights[i]),
  )

  checkGradient(make({ reduction: 'sum' }), targets, yPred)

  const saved = serializeLoss(make())
  const copy = getLoss(JSON.parse(JSON.stringify(saved)), targets.shape, predictions.shape)
  expect(copy.constructor).toBe(make().constructor)
  expect(copy.getConfig()).toEqual(saved.config)
}

/** Compares the gradient with respect to the predictions with central differences. */
function checkGradient(loss: Loss, targets: Tensor, yPred: readonly (readonly number[])[]): void {
  const predictions = tensor(yPred)
  const analytic = referenceValues(gradients(loss.compute(targets, predictions), [predictions])[0])
  const step = 2 ** -12
  const width = yPred[0].length
  const numeric = analytic.map((_, i) => {
    const [row, column] = [Math.floor(i / width), i % width]
    const at = (by: number) => {
      const value = Math.fround(Math.fround(yPred[row][column]) + by)
      const moved = tensor(yPred.with(row, yPred[row].with(column, value)))
      return { value, loss: referenceValues(loss.compute(targets, moved))[0] }
    }
    const [up, down] = [at(step), at(-step)]
    return (up.loss - down.loss) / (up.value - down.value)
  })
  expectNear(analytic, numeric, 1e-5)
}
