import { describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import { dense } from '../layers/dense.js'
import { input } from '../layers/input.js'
import { sequential } from '../models/sequential.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import { constant } from './constant.js'
import type { InitializerLike } from './get.js'

const x = [
  [1, 2],
  [-1, 0.5],
  [0.3, -2],
]
const y = [[1], [-1], [2]]

/** The kernel of three hidden units, `[2, 3]`, after some training. */
async function trainedKernel(kernelInitializer: InitializerLike): Promise<number[]> {
  useExecutor(new ReferenceExecutor())
  setRandomSeed(2)
  const hidden = dense(3, { activation: 'sigmoid', kernelInitializer, biasInitializer: constant(0.01) })
  const model = sequential([input([2]), hidden, dense(1, { kernelInitializer: 'ones' })])
  expect(Array.from(await hidden.weights[1].data())).toEqual(Array.from(Float32Array.of(0.01, 0.01, 0.01)))
  model.compile({ loss: 'mse', optimizer: 'adam' })
  await model.fit(x, y, { verbose: 0, epochs: 10 })
  return Array.from(await hidden.weights[0].data())
}

describe('initial weights', () => {
  it('of zeros leave all units equal, though they learn', async () => {
    const [a, b, c, d, e, f] = await trainedKernel('zeros')
    expect(a).not.toBe(0)
    expect([b, c]).toEqual([a, a])
    expect([e, f]).toEqual([d, d])
  })

  it('of random numbers do not', async () => {
    const [a, b, c] = await trainedKernel('glorot_uniform')
    expect(new Set([a, b, c]).size).toBe(3)
  })
})
