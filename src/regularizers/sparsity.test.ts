import { describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import * as layers from '../layers/index.js'
import { sequential } from '../models/sequential.js'
import * as optimizers from '../optimizers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { l1 } from './l1.js'
import { l2 } from './l2.js'
import type { RegularizerFunction } from './regularizer.js'

/** Samples of twenty numbers, of which three decide; the rest is noise that a few samples seem to confirm. */
const x = Array.from({ length: 30 }, (_, i) =>
  Array.from({ length: 20 }, (__, j) => Math.sin(7 * i * i + 3 * i * j + j)),
)
const y = x.map((row, i) => 2 * row[0] - row[1] + 0.5 * row[2] + 0.3 * Math.cos(31 * i))

/** The weights of a line through them, trained with a penalty. */
async function weightsWith(kernelRegularizer?: RegularizerFunction): Promise<number[]> {
  useExecutor(new ReferenceExecutor())
  const model = sequential([
    layers.input([20]),
    layers.dense(1, { kernelInitializer: 'zeros', useBias: false, kernelRegularizer }),
  ])
  model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.02 }) })
  await model.fit(x, y, { batchSize: 30, epochs: 400, verbose: 0 })
  return Array.from(await model.weights[0].data())
}

const size = (weights: readonly number[]) => Math.hypot(...weights)
/** The share of weights that do next to nothing. */
const nearZero = (weights: readonly number[]) =>
  weights.filter((weight) => Math.abs(weight) < 0.02).length / weights.length

describe('What penalties do to weights', () => {
  it('L1 makes most of those that decide nothing 0, L2 makes all of them smaller', async () => {
    const [none, sparse, small] = [
      await weightsWith(),
      await weightsWith(l1(0.1)),
      await weightsWith(l2(0.1)),
    ]
    expect(nearZero(none)).toBeLessThan(0.3)
    expect(nearZero(small)).toBeLessThan(0.5)
    expect(nearZero(sparse)).toBeGreaterThan(0.6)
    expect(sparse.slice(0, 3).every((weight) => Math.abs(weight) > 0.2)).toBe(true)
    expect(size(small)).toBeLessThan(size(none))
    expect(size(sparse)).toBeLessThan(size(none))
  })
})
