import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Executor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { cumulativeSum } from '../ops/cumulativeSum.js'
import { exp } from '../ops/exp.js'
import { matmul } from '../ops/matmul.js'
import { multiply } from '../ops/multiply.js'
import { tanh } from '../ops/tanh.js'
import { tensor } from '../ops/tensor.js'
import { transpose } from '../ops/transpose.js'
import { randomGraph } from '../testing/randomGraph.js'
import { referenceEvaluate } from '../testing/referenceEvaluate.js'
import { testTargets } from '../testing/testExecutors.js'

describe.each(await testTargets())('random graphs on $name', ({ name, create }) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await create(3)
  })
  afterAll(() => executor.close())

  const seeds = Array.from({ length: name === 'interpreter' ? 150 : 60 }, (_, i) => i + 1)
  it.each(seeds)('give what the float64 references give (seed %i)', async (seed) => {
    await check(randomGraph(seed, 6 + (seed % 25)))
  })

  // The product reads `other`, which the sum puts in memory, and the sum reads `one`, which the product does: not through one path of ops,
  // but through the groups that they lie in.
  it.each([0, 1, 2, 3, 4, 5])(
    'of two groups, each of which could finish the other (order %i)',
    async (turn) => {
      const square = (seed: number) =>
        tensor(
          Float32Array.from({ length: 25 }, (_, i) => Math.sin(seed + i * i)),
          { shape: [5, 5] },
        )
      const [one, other] = [tanh(exp(square(1))), tanh(exp(square(2)))]
      const product = multiply(one, transpose(other))
      const sum = add(matmul(one, square(3)), other)
      const orders = [
        [product, sum],
        [sum, product],
        [other, sum, product],
        [one, sum, product],
        [sum, product, other],
        [sum, one, product],
      ]
      await check(orders[turn])
    },
  )

  // Of so many columns the last panel is as wide as the others, and moved back to cover the last of them.
  it.each([7, 21, 27, 50, 61])(
    'of a product of %i columns that replaces what is added to it',
    async (columns) => {
      const wave = (shape: readonly [number, number]) =>
        tensor(
          Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(1 + i * 0.7)),
          { shape: [...shape] },
        )
      const product = matmul(wave([9, 300]), wave([300, columns]))
      await check([product])
      // Neither operand nor result of the sum is a result of the program, so that they may lie in one place.
      await check([cumulativeSum(add(product, cumulativeSum(wave([9, columns]))))])
    },
  )

  async function check(results: readonly Tensor[]): Promise<void> {
    const arrays = await executor.evaluate(results)
    const references = referenceEvaluate(results)
    arrays.forEach((array, i) => {
      const scale = references[i].data.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
      const worst = references[i].data.reduce(
        (most, value, k) => Math.max(most, Math.abs(value - array[k])),
        0,
      )
      expect(array.length).toBe(references[i].data.length)
      expect(worst / scale).toBeLessThan(2e-5)
    })
  }
})
