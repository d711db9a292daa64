import { describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import { trace } from '../graph/trace.js'
import { Variable } from '../graph/variable.js'
import { gradients } from '../ops/gradient.js'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { split } from '../ops/split.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import * as optimizers from './index.js'

/** What the courses say of the ways down. */

/** The points on the way of two weights down a loss that is given some numbers at each step. */
async function descend(
  optimizer: optimizers.Optimizer,
  loss: (weights: Tensor, data: Tensor) => Tensor,
  { from, data }: { readonly from: readonly number[]; readonly data: readonly (readonly number[])[] },
): Promise<number[][]> {
  const executor = new ReferenceExecutor()
  useExecutor(executor)
  const weights = new Variable([...from], [from.length])
  const step = await executor.compile(
    trace(
      [
        { name: 'data', shape: [data[0].length], dtype: 'float32' },
        { name: 'learning_rate', shape: [], dtype: 'float32' },
      ],
      (numbers, learningRate) => {
        const gradient = gradients(loss(weights.value(), numbers), [weights])
        optimizer.apply([weights], gradient, learningRate)
        return []
      },
    ),
  )
  const path: number[][] = []
  for (const numbers of data) {
    await step.run([Float32Array.from(numbers), Float32Array.of(optimizer.learningRate)])
    path.push(Array.from(await weights.data()))
  }
  return path
}

describe('descent by batches', () => {
  /** Samples scattered around a line through 0. */
  const samples = Array.from({ length: 64 }, (_, i) => Math.sin(11 * i * i))
  const targetOf = (x: number) => 2 * x + Math.cos(97 * x)
  const lossAt = (w: number) =>
    samples.reduce((total, x) => total + (w * x - targetOf(x)) ** 2, 0) / samples.length

  /** The loss on all samples after each of 64 steps by batches of a size. */
  async function lossesBy(batchSize: number): Promise<number[]> {
    const batches = Array.from({ length: 64 }, (_, step) =>
      Array.from({ length: batchSize }, (__, i) => samples[(step * batchSize + i) % samples.length]),
    ).map((batch) => [...batch, ...batch.map(targetOf)])
    const path = await descend(
      optimizers.sgd({ learningRate: 0.2 }),
      (weights, data) => {
        const [x, y] = split(data, 2)
        return mean(square(subtract(multiply(sum(weights), x), y)))
      },
      { from: [-2], data: batches },
    )
    return path.map(([w]) => lossAt(w))
  }
  const rises = (losses: readonly number[]) =>
    losses.filter((loss, i) => i > 0 && loss > losses[i - 1] * (1 + 1e-6)).length
  /** How much the loss still moves at the end. */
  const unrest = (losses: readonly number[]) => {
    const end = losses.slice(-24)
    return Math.max(...end) - Math.min(...end)
  }

  it('never rises on all samples at once, and is noisy the more, the fewer samples a step sees', async () => {
    const [full, mini, single] = [await lossesBy(64), await lossesBy(8), await lossesBy(1)]
    expect(rises(full)).toBe(0)
    expect(rises(mini)).toBeGreaterThan(5)
    expect(unrest(full)).toBeLessThan(0.1 * unrest(mini))
    expect(unrest(mini)).toBeLessThan(0.5 * unrest(single))
    for (const losses of [full, mini, single]) {
      expect(losses.slice(-24).reduce((a, b) => a + b) / 24).toBeLessThan(0.5 * lossAt(-2))
    }
  })
})

describe('a long bowl', () => {
  const scales = [1, 50]
  const bowl = (weights: Tensor, data: Tensor) => multiply(0.5, sum(multiply(data, square(weights))))
  const heightOf = (point: readonly number[]) =>
    0.5 * point.reduce((total, value, i) => total + scales[i] * value * value, 0)
  const down = (optimizer: optimizers.Optimizer, steps = 60) =>
    descend(optimizer, bowl, { from: [10, 1], data: new Array(steps).fill(scales) })

  it('makes plain descent zigzag across it, and creep along it', async () => {
    const path = await down(optimizers.sgd({ learningRate: 0.038 }))
    // Across: to the other side with each step. Along: always on the same side.
    expect(path.slice(0, 20).every(([, y], i) => Math.sign(y) === (i % 2 === 0 ? -1 : 1))).toBe(true)
    expect(path.every(([x], i) => x > 0 && (i === 0 || x < path[i - 1][0]))).toBe(true)
  })

  it('diverges at twice the rate that its steepest axis allows', async () => {
    const path = await down(optimizers.sgd({ learningRate: 0.041 }))
    expect(Math.abs(path[59][1])).toBeGreaterThan(10)
  })

  it('is left sooner with momentum, with RMSprop and with Adam', async () => {
    const last = async (optimizer: optimizers.Optimizer) => heightOf((await down(optimizer))[59])
    const plain = await last(optimizers.sgd({ learningRate: 0.038 }))
    const others = [
      optimizers.sgd({ learningRate: 0.02, momentum: 0.8 }),
      optimizers.rmsprop({ learningRate: 0.2 }),
      optimizers.adam({ learningRate: 0.5 }),
    ]
    for (const optimizer of others) expect(await last(optimizer)).toBeLessThan(plain / 2)
  })

  it('is as steep in all directions to rules that divide by the size of gradients', async () => {
    for (const optimizer of [optimizers.adam({ learningRate: 0.1 }), optimizers.rmsprop()]) {
      const [[x, y]] = await down(optimizer, 1)
      expect((10 - x) / (1 - y)).toBeCloseTo(1, 3)
    }
  })
})
