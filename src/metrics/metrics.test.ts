import { beforeAll, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import { trace } from '../graph/trace.js'
import { tensor } from '../ops/tensor.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { getMetric, type MetricLike } from './get.js'
import * as metrics from './index.js'

const executor = new ReferenceExecutor()
beforeAll(() => useExecutor(executor))

/** The metric's value after taking in batches, as a step would. */
async function valueAfter(metric: metrics.Metric, batches: readonly (readonly [Tensor, Tensor, Tensor?])[]) {
  let value = Number.NaN
  for (const batch of batches) {
    const step = await executor.compile(
      trace([], () => {
        metric.updateState(...batch)
        return [metric.result()]
      }),
    )
    value = (await step.run([]))[0][0]
  }
  return value
}

describe('metrics', () => {
  it('count right classes, over batches', async () => {
    const metric = new metrics.SparseCategoricalAccuracy()
    const predictions = tensor([
      [0.9, 0.1],
      [0.2, 0.8],
    ])
    expect(await valueAfter(metric, [[tensor([0, 0]), predictions]])).toBe(0.5)
    expect(await valueAfter(metric, [[tensor([[0], [1]]), predictions]])).toBe(0.75)
    metric.resetState()
    expect(await valueAfter(metric, [[tensor([1, 0]), predictions]])).toBe(0)
  })

  it('weight samples', async () => {
    const labels = tensor([
      [0, 0, 1],
      [0, 1, 0],
    ])
    const predictions = tensor([
      [0.1, 0.9, 0.8],
      [0.05, 0.95, 0],
    ])
    const weighted = await valueAfter(new metrics.CategoricalAccuracy(), [
      [labels, predictions, tensor([0.7, 0.3])],
    ])
    expect(weighted).toBeCloseTo(0.3, 6)
  })

  it('cut binary predictions at the threshold', async () => {
    const [y, p] = [tensor([[1], [1], [0], [0]]), tensor([[0.98], [1], [0], [0.6]])]
    expect(await valueAfter(new metrics.BinaryAccuracy(), [[y, p]])).toBe(0.75)
    expect(
      await valueAfter(new metrics.BinaryAccuracy({ threshold: 0.7 }), [[tensor([1, 1, 0, 0]), p]]),
    ).toBe(1)
  })

  it('average several values of a sample', async () => {
    expect(
      await valueAfter(new metrics.MeanSquaredError(), [
        [
          tensor([
            [0, 1],
            [0, 0],
          ]),
          tensor([
            [1, 1],
            [1, 0],
          ]),
        ],
      ]),
    ).toBe(0.5)
    expect(
      await valueAfter(new metrics.BinaryAccuracy(), [
        [
          tensor([
            [1, 0],
            [1, 1],
          ]),
          tensor([
            [1, 1],
            [1, 1],
          ]),
        ],
      ]),
    ).toBe(0.75)
  })

  it('are 0 before the first sample', async () => {
    const metric = new metrics.Mean()
    const step = await executor.compile(trace([], () => [metric.result()]))
    expect((await step.run([]))[0][0]).toBe(0)
  })
})

describe('getMetric', () => {
  it("chooses the form of 'accuracy' by shapes, and keeps the name given", () => {
    const form = (name: MetricLike, y: readonly number[], p: readonly number[]) => {
      const metric = getMetric(name, y, p)
      return [metric.className, metric.name]
    }
    expect(form('accuracy', [8], [8, 1])).toEqual(['BinaryAccuracy', 'accuracy'])
    expect(form('accuracy', [8, 10], [8, 10])).toEqual(['CategoricalAccuracy', 'accuracy'])
    expect(form('acc', [8], [8, 10])).toEqual(['SparseCategoricalAccuracy', 'acc'])
    expect(form('acc', [8, 1], [8, 10])).toEqual(['SparseCategoricalAccuracy', 'acc'])
    expect(form('mse', [8, 2], [8, 2])).toEqual(['MeanSquaredError', 'mse'])
  })

  it('takes functions', async () => {
    const firstColumn = (_: Tensor, yPred: Tensor) => yPred
    const metric = getMetric(firstColumn, [2, 1], [2, 1])
    expect(metric.name).toBe('first_column')
    expect(await valueAfter(metric, [[tensor([[0], [0]]), tensor([[1], [3]])]])).toBe(2)
  })

  it('suggests the nearest name', () => {
    expect(() => getMetric('acuracy' as MetricLike, [1], [1, 1])).toThrow(/Did you mean 'accuracy'/)
  })
})
