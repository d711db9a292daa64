import { beforeEach, describe, expect, it } from 'vitest'
import { getExecutor, layers, models, optimizers } from '../../index.js'

const inputs = 12

/** The first samples of one array, which is not copied: predictions of any number of them are cheap to ask for. */
const samples = Float32Array.from({ length: 1000 * inputs }, (_, i) => Math.sin(i))

const compiledSoFar = async () => (await getExecutor()).statistics.programsCompiled

let model: models.Sequential

beforeEach(() => {
  model = models.sequential([
    layers.input([inputs]),
    layers.dense(5, { activation: 'tanh' }),
    layers.dense(2),
  ])
  model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.01 }), metrics: ['mse'] })
})

describe('Programs', () => {
  it('1,000 predictions of different sizes compile at most three', async () => {
    const before = await compiledSoFar()
    const all = await (await model.predict(samples, { batchSize: 128 })).data()
    for (let size = 1; size <= 1000; size++) {
      const part = await model.predict(samples.subarray(0, size * inputs), { batchSize: 128 })
      expect(part.shape).toEqual([size, 2])
      // The last sample stands in the padded batch.
      const last = (await part.data()).subarray(-2)
      expect(last[0]).toBeCloseTo(all[2 * size - 2], 5)
      expect(last[1]).toBeCloseTo(all[2 * size - 1], 5)
    }
    const compiled = (await compiledSoFar()) - before
    expect(compiled).toBeGreaterThanOrEqual(1)
    expect(compiled).toBeLessThanOrEqual(3)
  })

  it('1,000 evaluations of different sizes compile at most three', async () => {
    const targets = new Float32Array(2 * 1000)
    await model.evaluate(samples, targets, { batchSize: 128 })
    const before = await compiledSoFar()
    for (let size = 1; size <= 1000; size++) {
      const x = samples.subarray(0, size * inputs)
      await model.evaluate(x, targets.subarray(0, 2 * size), { batchSize: 128 })
    }
    expect((await compiledSoFar()) - before).toBeLessThanOrEqual(2)
  })

  it('1,000 learning rates compile none', async () => {
    const x = samples.subarray(0, 8 * inputs)
    const y = new Float32Array(16).fill(1)
    await model.trainOnBatch(x, y)
    const before = await compiledSoFar()
    const { optimizer } = model
    if (!optimizer) throw new Error('compile made no optimizer')
    for (let i = 1; i <= 1000; i++) {
      optimizer.learningRate = 0.1 / i
      await model.trainOnBatch(x, y)
    }
    expect((await compiledSoFar()) - before).toBe(0)
  })

  it('learning rates count although none is compiled', async () => {
    const { optimizer } = model
    const [kernel] = model.weights
    const x = samples.subarray(0, 8 * inputs)
    const y = new Float32Array(16).fill(1)
    const moved = async (learningRate: number) => {
      if (!optimizer) throw new Error('compile made no optimizer')
      optimizer.learningRate = learningRate
      const before = await kernel.data()
      await model.trainOnBatch(x, y)
      const after = await kernel.data()
      return Math.max(...after.map((value, i) => Math.abs(value - before[i])))
    }
    expect(await moved(0)).toBe(0)
    expect(await moved(0.1)).toBeGreaterThan(0)
  })

  it('a second model of the same structure compiles none', async () => {
    await model.predict(samples.subarray(0, inputs))
    const before = await compiledSoFar()
    const twin = models.sequential([
      layers.input([inputs]),
      layers.dense(5, { activation: 'tanh' }),
      layers.dense(2),
    ])
    await twin.predict(samples.subarray(0, inputs))
    expect((await compiledSoFar()) - before).toBe(0)
  })
})
