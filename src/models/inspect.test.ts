import { beforeEach, describe, expect, it } from 'vitest'
import { StateError } from '../errors.js'
import { useExecutor } from '../graph/executor.js'
import * as layers from '../layers/index.js'
import * as optimizers from '../optimizers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { sequential } from './index.js'

beforeEach(() => useExecutor(new ReferenceExecutor()))

const x = [
  [1, 2],
  [-1, 0.5],
  [0.3, -2],
]
const y = [[1], [0], [2]]

function makeModel(dropout = 0) {
  const model = sequential(
    [
      layers.input([2]),
      layers.dense(4, { activation: 'tanh', name: 'hidden' }),
      layers.batchNormalization({ name: 'norm' }),
      layers.dropout(dropout, { name: 'drop' }),
      layers.dense(1, { name: 'out' }),
    ],
    { seed: 4 },
  )
  model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.1 }), metrics: ['mae'] })
  return model
}

describe('inspect', () => {
  it('gives the gradients by which a training step changes the weights', async () => {
    const model = makeModel()
    const { gradients } = await model.inspect(x, y)
    expect(gradients.map(({ weight }) => weight)).toEqual(model.trainableWeights)
    const before = await Promise.all(model.trainableWeights.map((weight) => weight.data()))
    await model.trainOnBatch(x, y)
    for (const [i, { weight, values }] of gradients.entries()) {
      expect(values.shape).toEqual(weight.shape)
      const after = await weight.data()
      after.forEach((value: number, j: number) => {
        expect((before[i][j] - value) / 0.1).toBeCloseTo(values.data[j], 4)
      })
    }
    expect(gradients[0].values.data.some((value) => value !== 0)).toBe(true)
  })

  it('gives what the layers give, in order, with dropout on', async () => {
    const model = makeModel(0.5)
    const { activations } = await model.inspect(x, y)
    expect(activations.map(({ layer }) => layer)).toEqual(['hidden', 'norm', 'drop', 'out'])
    const [hidden, norm, drop] = activations.map(({ values }) => values)
    expect(hidden.shape).toEqual([3, 4])
    expect(hidden.data.every((value) => Math.abs(value) <= 1)).toBe(true)
    for (const [i, value] of drop.data.entries()) {
      if (value !== 0) expect(value).toBeCloseTo(2 * norm.data[i], 5)
    }
    expect(drop.data.some((value) => value === 0)).toBe(true)
  })

  it('shows in place what it gives as copies', async () => {
    const model = makeModel()
    const { gradients, activations } = await model.inspect(x, y)
    const seen = await model.inspectInPlace(x, y, (inPlace) => structuredClone(inPlace.activations))
    expect(seen).toEqual(activations)
    const sums = await model.inspectInPlace(x, y, (inPlace) =>
      inPlace.gradients.map(({ weight, values: { dtype, shape, data } }) => ({
        weight,
        values: { dtype, shape, data: data.slice() },
      })),
    )
    expect(sums).toEqual(gradients)
  })

  it('changes nothing: neither weights nor statistics, nor what is random later', async () => {
    const [looked, other] = [makeModel(0.5), makeModel(0.5)]
    for (const model of [looked, other]) await model.fit(x, y, { epochs: 1, seed: 1, verbose: 0 })
    await looked.inspect(x, y)
    await looked.inspect(x.slice(0, 2), y.slice(0, 2))
    for (const model of [looked, other]) await model.trainOnBatch(x, y)
    const states = [looked, other].map(({ weights, optimizer }) => [
      ...weights,
      ...(optimizer?.variables ?? []),
    ])
    const [a, b] = await Promise.all(
      states.map((list) => Promise.all(list.map((variable) => variable.data()))),
    )
    expect(a).toEqual(b)
  })

  it('needs a compiled model', async () => {
    await expect(sequential([layers.dense(1)]).inspect(x, y)).rejects.toThrow(StateError)
  })
})
