import { afterEach, describe, expect, it, vi } from 'vitest'
import * as layers from '../layers/index.js'
import * as optimizers from '../optimizers/index.js'
import { loadModel } from './loadModel.js'
import type { AnyModel, Model } from './model.js'
import { takeOptimizerState } from './optimizerState.js'
import { PendingValues } from './pendingValues.js'
import { sequential } from './sequential.js'

describe('takeOptimizerState', () => {
  const compiled = () => {
    const model = sequential([layers.input([1]), layers.dense(1), layers.dense(1)])
    model.compile({ optimizer: optimizers.adam(), loss: 'mse' })
    return model as unknown as AnyModel
  }

  async function take(names: readonly string[]): Promise<Record<string, number>> {
    const model = compiled()
    const stored = names.map((name, i) => {
      const shape = name.includes('kernel') ? [1, 1] : name.includes('bias') ? [1] : []
      const data = name.includes('iter') ? Int32Array.of(i) : Float32Array.of(i)
      const dtype = name.includes('iter') ? ('int32' as const) : ('float32' as const)
      return { name, where: name, array: { dtype, shape, data } }
    })
    const pending = new PendingValues('model.h5')
    takeOptimizerState(model, stored, pending, { file: 'model.h5', isOwn: true })
    pending.write()
    const variables = model.optimizer?.variables ?? []
    return Object.fromEntries(
      await Promise.all(variables.map(async (variable) => [variable.name, (await variable.data())[0]])),
    )
  }

  it('finds the slots of older optimizers by their names, in whichever order they stand', async () => {
    const weights = ['dense/kernel', 'dense/bias', 'dense_1/kernel', 'dense_1/bias']
    const slots = ['m', 'v'].flatMap((slot) => weights.map((weight) => `Adam/${weight}/${slot}:0`))
    const bySlot = Object.values(await take(['Adam/iter:0', ...slots]))
    expect(bySlot).toEqual([0, 1, 5, 2, 6, 3, 7, 4, 8])
    const pairs = weights.flatMap((weight) => ['m', 'v'].map((slot) => `Adam/${weight}/${slot}:0`))
    expect(Object.values(await take(['Adam/iter:0', ...pairs]))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    const current = weights.flatMap((weight) =>
      ['momentum', 'velocity'].map((slot) => `Adam/${weight}_${slot}`),
    )
    expect(Object.values(await take(['Adam/iteration', ...current]))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  })
})

describe('The state of an optimizer, when what is trainable has changed', () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
  afterEach(() => warned.mockClear())

  const x = Array.from({ length: 6 }, (_, i) => [Math.sin(i), Math.cos(i)])
  const y = x.map(([a, b]) => [a - b, a + b])
  const train = (model: Model) => model.fit(x, y, { epochs: 2, batchSize: 3, shuffle: false, verbose: 0 })
  /** Layers of one shape, so that slots of the wrong weight would fit. */
  function network(optimizer: optimizers.OptimizerLike = 'adam') {
    const model = sequential([layers.input([2]), layers.dense(2), layers.dense(2)], { seed: 1 })
    model.compile({ optimizer, loss: 'mse' })
    return model
  }
  const valuesOf = async (model: Model) =>
    Promise.all(model.weights.map(async (weight) => [...(await weight.data())]))

  async function expectToGoOn(model: Model, loaded: Model) {
    await Promise.all([train(model), train(loaded)])
    expect(await valuesOf(loaded)).toEqual(await valuesOf(model))
  }

  const histories: [string, (model: Model) => Promise<unknown>][] = [
    [
      'frozen after training',
      async (model) => {
        await train(model)
        model.layers[0].trainable = false
      },
    ],
    [
      'frozen, trained, and free again',
      async (model) => {
        model.layers[0].trainable = false
        await train(model)
        model.layers[0].trainable = true
      },
    ],
    [
      'frozen, and trained on when it was free',
      async (model) => {
        model.layers[0].trainable = false
        await train(model)
        model.layers[0].trainable = true
        await train(model)
      },
    ],
  ]
  const kinds = [
    () => optimizers.adam({ amsgrad: true }),
    () => optimizers.nadam(),
    () => optimizers.ftrl(),
    () => optimizers.sgd({ momentum: 0.9, gradientAccumulationSteps: 3 }),
  ]
  it.each(histories)('goes through files: a layer that was %s', async (_, prepare) => {
    for (const optimizer of kinds) {
      for (const format of ['keras', 'h5'] as const) {
        const model = network(optimizer())
        await prepare(model)
        const loaded = await loadModel(await model.toBytes(format))
        expect(warned).not.toHaveBeenCalled()
        await expectToGoOn(model, loaded)
      }
    }
  })

  it('goes through files of weights', async () => {
    const [model, other] = [network(), network()]
    await histories[2][1](model)
    await other.loadWeights(await model.toBytes('weights.h5'))
    expect(warned).not.toHaveBeenCalled()
    await expectToGoOn(model, other)
  })

  it('goes through files of a model with another last layer', async () => {
    const model = network()
    await train(model)
    model.pop()
    model.add(layers.dense(2))
    await expectToGoOn(model, await loadModel(await model.toBytes('keras')))
  })

  it('is not replaced by that of an optimizer without slots', async () => {
    const sgd = network('sgd')
    const untrained = await sgd.toBytes('weights.h5')
    await train(sgd)
    const trained = await sgd.toBytes('weights.h5')
    const [model, same, fresh] = [network(), network(), network()]
    await Promise.all([train(model), train(same)])
    for (const file of [untrained, trained]) {
      await model.loadWeights(file)
      expect(warned).toHaveBeenCalledOnce()
      warned.mockClear()
      await same.setWeights(await model.getWeights())
      await expectToGoOn(same, model)
    }
    // Of one that was not trained yet no more than the learning rate is replaced, and only by that of one that took no step.
    await fresh.loadWeights(trained)
    expect(warned).toHaveBeenCalledOnce()
    expect(fresh.optimizer?.learningRate).toBe(0.001)
    expect([...((await fresh.optimizer?.iterations.data()) ?? [])]).toEqual([0])
  })

  it('is passed over with a warning where it is not that of the model, as files of Keras have it', async () => {
    for (const format of ['keras', 'h5'] as const) {
      const model = network()
      await train(model)
      // Keras keeps the slots of weights that were frozen since.
      const { optimizer } = model
      const variables = optimizer?.variables ?? []
      vi.spyOn(optimizer as optimizers.Optimizer, 'variablesFor').mockReturnValue(variables)
      model.layers[0].trainable = false
      const loaded = await loadModel(await model.toBytes(format))
      expect(warned).toHaveBeenLastCalledWith(
        expect.stringMatching(/optimizer's state has 10 arrays, which are not the 5 of Adam.*passed over/),
      )
      expect(await valuesOf(loaded)).toEqual(await valuesOf(model))
      expect([...((await loaded.optimizer?.iterations.data()) ?? [])]).toEqual([0])
      await train(loaded)
    }
  })
})
