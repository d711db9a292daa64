import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configure, datasets, getExecutor, layers, models } from '../../index.js'
import { targets } from '../opTest.js'
import { createLenet } from './lenet.js'

type Target = (typeof targets)[number]
type Images = Awaited<ReturnType<typeof datasets.digits.load>>['train']

let images: Images

beforeAll(async () => {
  images = (await datasets.digits.load({ train: 320, test: 0, seed: 3 })).train
})
afterAll(() => configure({ target: 'auto' }))

/** All that a run of `fit` leaves behind: the history, and every bit of the weights. */
async function train(target: Target, make: () => models.Sequential, threads: number, seed = 7) {
  await configure({ target, threads })
  const model = make()
  const { history } = await model.fit(images.images, images.labels, {
    batchSize: 60,
    epochs: 2,
    validationSplit: 0.2,
    seed,
    verbose: 0,
  })
  const { statistics } = await getExecutor()
  expect(statistics).toMatchObject({ target, threads })
  const weights = await Promise.all(model.weights.map((weight) => weight.data()))
  return { history, weights: weights.map((data) => Buffer.from(data.buffer).toString('base64')) }
}

const withDropout = () => {
  const model = models.sequential(
    [
      layers.input([28, 28, 1]),
      layers.rescaling(1 / 255),
      layers.conv2d(7, 3, { activation: 'relu', strides: 2, padding: 'same' }),
      layers.averagePooling2d(2),
      layers.dropout(0.3),
      layers.flatten(),
      layers.dense(33, { activation: 'tanh' }),
      layers.dropout(0.5),
      layers.dense(10, { activation: 'softmax' }),
    ],
    { seed: 5 },
  )
  model.compile({ loss: 'sparse_categorical_crossentropy', optimizer: 'sgd', metrics: ['accuracy'] })
  return model
}

describe.each(targets.filter((target) => target !== 'interpreter'))('One seed on the target %s', (target) => {
  it.each([
    ['LeNet', () => createLenet(5)],
    ['a network with dropout', withDropout],
  ])('gives %s the same history and weights with 1, 2 and 3 threads', async (_, make) => {
    const one = await train(target, make, 1)
    expect(one.history.loss.length).toBe(2)
    expect(await train(target, make, 2)).toEqual(one)
    expect(await train(target, make, 3)).toEqual(one)
  })

  it('and another seed of fit gives another history', async () => {
    const one = await train(target, withDropout, 2)
    expect((await train(target, withDropout, 2, 8)).history).not.toEqual(one.history)
  })
})
