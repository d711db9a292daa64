import { beforeAll, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import * as layers from '../layers/index.js'
import * as optimizers from '../optimizers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import { sequential } from './sequential.js'

const silent = { verbose: 0 } as const

beforeAll(() => useExecutor(new ReferenceExecutor()))

/** y = 2x + 1 on eight points. */
const x = [-2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2].map((value) => [value])
const y = x.map(([value]) => [2 * value + 1])

const line = () => {
  const model = sequential([
    layers.input([1]),
    layers.dense(1, { kernelInitializer: 'zeros', biasInitializer: 'zeros' }),
  ])
  return model
}

describe('fit', () => {
  it('takes the steps of gradient descent by hand', async () => {
    const model = line()
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.1 }) })
    const { history, epoch } = await model.fit(x, y, { ...silent, batchSize: 8, epochs: 2, shuffle: false })
    let [w, b] = [0, 0]
    const losses: number[] = []
    for (let step = 0; step < 2; step++) {
      const errors = x.map(([value], i) => w * value + b - y[i][0])
      losses.push(errors.reduce((sum, error) => sum + error * error, 0) / 8)
      const dw = errors.reduce((sum, error, i) => sum + 2 * error * x[i][0], 0) / 8
      const db = errors.reduce((sum, error) => sum + 2 * error, 0) / 8
      w -= 0.1 * dw
      b -= 0.1 * db
    }
    expect(epoch).toEqual([0, 1])
    expect(history.loss[0]).toBeCloseTo(losses[0], 5)
    expect(history.loss[1]).toBeCloseTo(losses[1], 5)
    const [kernel, bias] = await model.getWeights()
    expect((await kernel.data())[0]).toBeCloseTo(w, 5)
    expect((await bias.data())[0]).toBeCloseTo(b, 5)
  })

  it('learns a line', async () => {
    const model = line()
    model.compile({ loss: 'mse', optimizer: optimizers.adam({ learningRate: 0.1 }), metrics: ['mse'] })
    const { history } = await model.fit(x, y, { ...silent, batchSize: 3, epochs: 60, seed: 1 })
    expect(history.loss.at(-1)).toBeLessThan(0.05)
    expect(history.mse.at(-1)).toBeCloseTo(history.loss.at(-1) ?? Number.NaN, 5)
    const prediction = await model.predict([[3]])
    expect(prediction.shape).toEqual([1, 1])
    expect(Math.abs((await prediction.item()) - 7)).toBeLessThan(0.5)
  })

  it('repeats itself for the same seeds, whatever happened before', async () => {
    const run = async () => {
      const model = sequential(
        [layers.input([1]), layers.dense(4, { activation: 'relu' }), layers.dropout(0.5), layers.dense(1)],
        { seed: 5 },
      )
      model.compile({ loss: 'mse', optimizer: 'adam' })
      return (await model.fit(x, y, { ...silent, batchSize: 3, epochs: 3, seed: 2 })).history
    }
    setRandomSeed(1)
    const first = await run()
    setRandomSeed(2)
    expect(await run()).toEqual(first)
  })
})
