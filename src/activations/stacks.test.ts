import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Executor, useExecutor } from '../graph/executor.js'
import type { InitializerLike } from '../initializers/get.js'
import { randomNormal as normal } from '../initializers/random.js'
import { dense } from '../layers/dense.js'
import { randomNormal } from '../ops/randomNormal.js'
import { tensor } from '../ops/tensor.js'
import { createExecutor } from '../runtime/createExecutor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import type { ActivationName } from './get.js'

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ threads: 1 })
  useExecutor(executor)
})
afterAll(() => executor.close())

/** Mean, standard deviation and share of values beyond 0.95 behind dense layers of 100 units, for normal inputs. */
async function momentsBehind(activation: ActivationName, kernelInitializer: InitializerLike, depth = 50) {
  setRandomSeed(1)
  let x = randomNormal(tensor(Int32Array.of(3, 4)), [200, 100])
  for (let i = 0; i < depth; i++) x = dense(100, { activation, kernelInitializer })(x)
  const values = Array.from(await x.data())
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length)
  const saturated = values.filter((value) => Math.abs(value) > 0.95).length / values.length
  return { mean, deviation, saturated }
}

describe('deep stacks', () => {
  it('normalise themselves with SELU and LeCun initialisation, through 50 layers', async () => {
    const { mean, deviation } = await momentsBehind('selu', 'lecun_normal')
    expect(Math.abs(mean)).toBeLessThan(0.1)
    expect(Math.abs(deviation - 1)).toBeLessThan(0.2)
  })

  it('do not with tanh', async () => {
    expect((await momentsBehind('tanh', 'lecun_normal')).deviation).toBeLessThan(0.3)
  })

  it('saturate tanh with weights of N(0, 1), and vanish with N(0, 0.01), where Glorot does neither', async () => {
    expect((await momentsBehind('tanh', normal({ stddev: 1 }), 5)).saturated).toBeGreaterThan(0.7)
    expect((await momentsBehind('tanh', normal({ stddev: 0.01 }), 5)).deviation).toBeLessThan(1e-3)
    const { deviation, saturated } = await momentsBehind('tanh', 'glorot_normal', 5)
    expect(deviation).toBeGreaterThan(0.3)
    expect(saturated).toBeLessThan(0.05)
  })

  it('keep the scale of ReLUs with He initialisation, and lose it with Glorot', async () => {
    const he = await momentsBehind('relu', 'he_normal', 20)
    const glorot = await momentsBehind('relu', 'glorot_normal', 20)
    expect(he.deviation).toBeGreaterThan(0.3)
    expect(he.deviation).toBeLessThan(2)
    // A half of the variance is lost in each layer.
    expect(glorot.deviation / he.deviation).toBeCloseTo(2 ** -10, 4)
  })

  it('collapse without an activation: 5x - 1, then 2x + 3, is 10x + 1', async () => {
    const [g, f] = [dense(1), dense(1)]
    const x = tensor([[-2], [0], [1.5]])
    f(g(x))
    await g.setWeights([[[5]], [-1]])
    await f.setWeights([[[2]], [3]])
    expect(referenceValues(f(g(x)))).toEqual([-19, 1, 16])
  })
})
