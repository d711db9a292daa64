import { beforeEach, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import * as layers from '../layers/index.js'
import { sequential } from '../models/index.js'
import * as optimizers from '../optimizers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import type { CallbackLike } from './callback.js'
import { swapEmaWeights } from './swapEmaWeights.js'

beforeEach(() => useExecutor(new ReferenceExecutor()))

const x = [[1], [2], [3], [4]]
const y = x.map(([value]) => [2 * value])
const options = { verbose: 0, batchSize: 2, shuffle: false, epochs: 3, validationData: [x, y] } as const

const line = (useEma = true) => {
  const model = sequential([
    layers.input([1]),
    layers.dense(1, { useBias: false, kernelInitializer: 'zeros' }),
  ])
  model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.01, useEma, emaMomentum: 0.5 }) })
  return model
}

/** Training by hand: the weight after each epoch, and its moving average. */
function byHand() {
  let [w, average] = [0, 0]
  const epochs: { readonly w: number; readonly average: number }[] = []
  for (let step = 0; step < 6; step++) {
    const rows = step % 2 === 0 ? [1, 2] : [3, 4]
    const gradient = rows.reduce((sum, value) => sum + 2 * (w * value - 2 * value) * value, 0) / 2
    w -= 0.01 * gradient
    average = step === 0 ? w : 0.5 * average + 0.5 * w
    if (step % 2 === 1) epochs.push({ w, average })
  }
  return epochs
}
const lossOf = (w: number) => x.reduce((sum, [value]) => sum + ((w - 2) * value) ** 2, 0) / 4

describe('SwapEMAWeights', () => {
  it('validates with the averages, and trains on with the weights', async () => {
    const model = line()
    const { history } = await model.fit(x, y, { ...options, callbacks: [swapEmaWeights()] })
    const expected = byHand()
    history.val_loss.forEach((loss, epoch) => {
      expect(loss).toBeCloseTo(lossOf(expected[epoch].average), 4)
    })
    const plain = await line().fit(x, y, options)
    expect(history.loss).toEqual(plain.history.loss)
    expect(history.val_loss).not.toEqual(plain.history.val_loss)
    expect((await model.weights[0].data())[0]).toBeCloseTo(expected[2].average, 5)
  })

  it('keeps them in the model between epochs, if told so', async () => {
    const seen: number[] = []
    const model = line()
    const reads: CallbackLike = { onEpochEnd: async () => void seen.push((await model.weights[0].data())[0]) }
    const callbacks = [swapEmaWeights({ swapOnEpoch: true }), reads]
    const { history } = await model.fit(x, y, { ...options, callbacks })
    byHand().forEach(({ average }, epoch) => {
      expect(seen[epoch]).toBeCloseTo(average, 5)
    })
    expect(history.loss).toEqual((await line().fit(x, y, options)).history.loss)
    expect((await model.weights[0].data())[0]).toBeCloseTo(byHand()[2].average, 5)
  })

  it('evaluates and predicts with them, and gives the weights back, after an error too', async () => {
    const model = line()
    await model.fit(x, y, { ...options, epochs: 1, callbacks: [{ onTrainEnd() {} }] })
    await model.setWeights([[[7]]])
    const callbacks = [swapEmaWeights()]
    const [{ average }] = byHand()
    expect((await model.evaluate(x, y, { callbacks })).loss).toBeCloseTo(lossOf(average), 4)
    const predicted = await model.predict([[1]], { callbacks })
    expect((await predicted.data())[0]).toBeCloseTo(average, 5)
    const fails: CallbackLike = { onTestBatchEnd: () => Promise.reject(new Error('broken')) }
    await expect(model.evaluate(x, y, { callbacks: [...callbacks, fails] })).rejects.toThrow('broken')
    expect((await model.weights[0].data())[0]).toBe(7)
  })

  it('leaves the weights in the model when training fails between epochs', async () => {
    const model = line()
    const fails: CallbackLike = { onEpochEnd: () => Promise.reject(new Error('broken')) }
    const callbacks = [swapEmaWeights({ swapOnEpoch: true }), fails]
    await expect(model.fit(x, y, { ...options, callbacks })).rejects.toThrow('broken')
    expect((await model.weights[0].data())[0]).toBeCloseTo(byHand()[0].w, 5)
  })

  it('remembers the weights for a run that is resumed between epochs', async () => {
    const callback = swapEmaWeights({ swapOnEpoch: true })
    let state: unknown
    const keeps: CallbackLike = {
      onEpochEnd() {
        state = structuredClone(callback.getState())
        throw new Error('killed')
      },
    }
    await expect(line().fit(x, y, { ...options, callbacks: [callback, keeps] })).rejects.toThrow('killed')
    const model = line()
    const [{ w }] = byHand()
    const seen: number[] = []
    const resumed = swapEmaWeights({ swapOnEpoch: true })
    const resumes: CallbackLike = {
      onTrainBegin: () => resumed.setState(state as never),
      onTrainBatchBegin: async () => void seen.push((await model.weights[0].data())[0]),
    }
    await model.fit(x, y, { ...options, callbacks: [resumed, resumes] })
    expect(seen[0]).toBeCloseTo(w, 5)
  })

  it('needs an optimizer that keeps averages', async () => {
    const callbacks = [swapEmaWeights()]
    await expect(line(false).fit(x, y, { ...options, callbacks })).rejects.toThrow(
      /SwapEMAWeights: the optimizer of Model '.*' keeps no moving averages.*useEma: true/,
    )
    await expect(line().evaluate(x, y, { callbacks })).rejects.toThrow(/keeps no moving averages/)
  })
})
