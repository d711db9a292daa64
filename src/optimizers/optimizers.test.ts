import { beforeAll, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import { trace } from '../graph/trace.js'
import { Variable } from '../graph/variable.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { getOptimizer, type OptimizerLike, serializeOptimizer } from './get.js'
import { adam, type Optimizer, sgd } from './index.js'

const executor = new ReferenceExecutor()
beforeAll(() => useExecutor(executor))

const gradientsOverTime = [0.5, -1, 2, 0.25, -0.125]

/** A weight of 1 after each of five steps with given gradients. */
async function walk(optimizer: Optimizer, rates?: readonly number[]) {
  const weight = new Variable([1], [1], { name: 'w' })
  optimizer.build([weight])
  const step = await executor.compile(
    trace(
      [
        { name: 'gradient', shape: [1], dtype: 'float32' },
        { name: 'learning_rate', shape: [], dtype: 'float32' },
      ],
      (gradient, learningRate) => {
        optimizer.apply([weight], [gradient], learningRate)
        return []
      },
    ),
  )
  const path: number[] = []
  for (const [i, gradient] of gradientsOverTime.entries()) {
    if (rates) optimizer.learningRate = rates[i]
    await step.run([new Float32Array([gradient]), new Float32Array([optimizer.learningRate])])
    path.push((await weight.data())[0])
  }
  return path
}

/** The same in float64, from the rule for one step. */
function expected(rule: (w: number, g: number, step: number) => number) {
  let w = 1
  return gradientsOverTime.map((g, i) => {
    w = rule(w, g, i + 1)
    return w
  })
}

const near = (actual: readonly number[], wanted: readonly number[]) =>
  actual.forEach((value, i) => expect(Math.abs(value - wanted[i]), `step ${i + 1}`).toBeLessThan(2e-6))

describe('SGD', () => {
  it('is plain descent by default', async () => {
    near(
      await walk(sgd()),
      expected((w, g) => w - 0.01 * g),
    )
  })

  it('has momentum', async () => {
    let v = 0
    const rule = (w: number, g: number) => {
      v = 0.9 * v - 0.1 * g
      return w + v
    }
    near(await walk(sgd({ learningRate: 0.1, momentum: 0.9 })), expected(rule))
  })

  it("has Nesterov's momentum", async () => {
    let v = 0
    const rule = (w: number, g: number) => {
      v = 0.9 * v - 0.1 * g
      return w + 0.9 * v - 0.1 * g
    }
    near(await walk(sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })), expected(rule))
  })

  it('takes the learning rate of the moment', async () => {
    const rates = [0.1, 0.2, 0.3, 0.4, 0.5]
    near(
      await walk(sgd(), rates),
      expected((w, g, step) => w - rates[step - 1] * g),
    )
  })
})

describe('Adam', () => {
  it('follows the formula', async () => {
    let [m, v] = [0, 0]
    const rule = (w: number, g: number, t: number) => {
      m += (g - m) * (1 - 0.9)
      v += (g * g - v) * (1 - 0.999)
      const rate = (0.001 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t)
      return w - (m * rate) / (Math.sqrt(v) + 1e-7)
    }
    near(await walk(adam()), expected(rule))
  })

  it('counts its steps', async () => {
    const optimizer = adam({ beta1: 0.8, beta2: 0.99, epsilon: 1e-5 })
    await walk(optimizer)
    expect(Array.from(await optimizer.iterations.data())).toEqual([5])
    expect(optimizer.variables.map(({ name }) => name)).toEqual([
      'adam/iteration',
      'adam/w_momentum',
      'adam/w_velocity',
    ])
  })
})

describe('getOptimizer', () => {
  it('takes names, objects and configs', () => {
    expect(getOptimizer('adam').className).toBe('Adam')
    expect(getOptimizer('SGD').className).toBe('SGD')
    const mine = adam({ learningRate: 0.01, beta1: 0.5 })
    expect(getOptimizer(mine)).toBe(mine)
    const again = getOptimizer(serializeOptimizer(mine))
    expect(again.getConfig()).toEqual(mine.getConfig())
    const fast = sgd({ momentum: 0.9, nesterov: true })
    expect(getOptimizer(serializeOptimizer(fast)).getConfig()).toEqual(fast.getConfig())
  })

  it('refuses what makes no sense', () => {
    expect(() => getOptimizer('adm' as OptimizerLike)).toThrow(/Did you mean 'adam'/)
    expect(() => sgd({ learningRate: -1 })).toThrow(/learning rate of at least 0, received -1/)
    expect(() => sgd({ momentum: 2 })).toThrow(/momentum: expected a number from 0 to 1, received 2/)
    const optimizer = sgd()
    expect(() => {
      optimizer.learningRate = Number.NaN
    }).toThrow(/received NaN/)
  })
})
