import { describe, expect, it } from 'vitest'
import { getExecutor, layers, models, StateError } from '../../index.js'

const x = Array.from({ length: 8 }, (_, i) => [Math.sin(i), Math.cos(i)])
const y = x.map(([a, b]) => [a - 2 * b])
const silent = { verbose: 0, seed: 1, batchSize: 2 } as const

const createModel = () => {
  const model = models.sequential(
    [layers.input([2]), layers.dense(4, { activation: 'tanh' }), layers.dense(1)],
    { name: 'net', seed: 4 },
  )
  model.compile({ loss: 'mse', optimizer: 'adam', metrics: ['mse'] })
  return model
}

describe('Fewer samples than the batch size', () => {
  it('make one partial batch', async () => {
    const whole = createModel()
    const partial = createModel()
    const steps: number[] = []
    const { history, params } = await partial.fit(x, y, {
      ...silent,
      batchSize: 1000,
      epochs: 3,
      callbacks: [{ onTrainBatchEnd: (step) => void steps.push(step) }],
    })
    expect(params?.steps).toBe(1)
    expect(steps).toEqual([0, 0, 0])
    expect(history).toEqual((await whole.fit(x, y, { ...silent, batchSize: 8, epochs: 3 })).history)
    expect((await partial.predict(x, { batchSize: 1000 })).shape).toEqual([8, 1])
    const { loss } = await partial.evaluate(x, y, { batchSize: 1000 })
    expect(loss).toBeCloseTo((await partial.evaluate(x, y, { batchSize: 3 })).loss, 6)
  })

  it('and one sample alone trains', async () => {
    const model = createModel()
    const { history } = await model.fit(x.slice(0, 1), y.slice(0, 1), silent)
    expect(Number.isFinite(history.loss[0])).toBe(true)
  })
})

describe('An AbortSignal', () => {
  it('that is aborted already ends fit before a step is taken', async () => {
    const model = createModel()
    const before = await model.weights[0].data()
    const reason = new Error('not now')
    await expect(model.fit(x, y, { ...silent, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(await model.weights[0].data()).toEqual(before)
  })

  it('ends fit between two steps with its reason; the model trains on', async () => {
    const model = createModel()
    const abort = new AbortController()
    const reason = new Error('enough')
    let landed = 0
    const fitting = model.fit(x, y, {
      ...silent,
      epochs: 1000,
      signal: abort.signal,
      callbacks: [
        {
          onTrainBatchEnd() {
            landed++
            if (landed === 5) abort.abort(reason)
          },
        },
      ],
    })
    await expect(fitting).rejects.toBe(reason)
    // One step was on its way when the signal came.
    expect(landed).toBeLessThanOrEqual(6)
    const runs = (await getExecutor()).statistics.runs
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect((await getExecutor()).statistics.runs).toBe(runs)
    const { history } = await model.fit(x, y, silent)
    expect(Number.isFinite(history.loss[0])).toBe(true)
  })

  it('ends predict and evaluate', async () => {
    const model = createModel()
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(model.predict(x, { signal })).rejects.toThrow('enough')
    await expect(model.evaluate(x, y, { signal })).rejects.toThrow('enough')
    expect((await model.predict(x)).shape).toEqual([8, 1])
  })
})

describe('Two runs of one model at a time', () => {
  it('are refused: the second fit says so, the first goes on undisturbed', async () => {
    const alone = await createModel().fit(x, y, { ...silent, epochs: 3 })
    const model = createModel()
    const first = model.fit(x, y, { ...silent, epochs: 3 })
    const second = model.fit(x, y, silent)
    await expect(second).rejects.toThrow(StateError)
    await expect(second).rejects.toThrow(
      "Model 'net': fit was called while fit of the same model is under way. Await it first",
    )
    await expect(model.evaluate(x, y)).rejects.toThrow(/evaluate was called while fit/)
    await expect(model.trainOnBatch(x, y)).rejects.toThrow(/trainOnBatch was called while fit/)
    expect((await first).history).toEqual(alone.history)
    await model.fit(x, y, silent)
  })

  it('of two models work side by side', async () => {
    const expected = (await createModel().fit(x, y, { ...silent, epochs: 3 })).history
    const both = await Promise.all([
      createModel().fit(x, y, { ...silent, epochs: 3 }),
      createModel().fit(x, y, { ...silent, epochs: 3 }),
    ])
    expect(both.map(({ history }) => history)).toEqual([expected, expected])
  })
})

describe('A callback that throws', () => {
  it('ends fit with its error, and the model trains on', async () => {
    const model = createModel()
    const error = new Error('from the callback')
    const throwing = {
      onTrainBatchEnd() {
        throw error
      },
    }
    await expect(model.fit(x, y, { ...silent, callbacks: [throwing] })).rejects.toBe(error)
    await model.fit(x, y, silent)
  })
})

describe('validationSplit 0.9 of 60,000 samples', () => {
  it("is Keras's: 5,999 to train on in 47 steps of 128, 54,001 to validate with", async () => {
    const model = models.sequential([layers.input([1]), layers.dense(1, { kernelInitializer: 'zeros' })])
    model.compile({ loss: 'mse', optimizer: 'sgd' })
    const optimizer = model.optimizer
    if (!optimizer) throw new Error('compile made no optimizer')
    // The model says 0 and learns nothing, so the loss is the mean square of the targets: one over the part's size.
    optimizer.learningRate = 0
    const samples = 60_000
    const targets = new Float32Array(samples)
    targets[5998] = 1
    targets[5999] = 1
    const { history, params } = await model.fit(new Float32Array(samples), targets, {
      validationSplit: 0.9,
      batchSize: 128,
      verbose: 0,
    })
    expect(params?.steps).toBe(47)
    expect(history.loss[0] * 5999).toBeCloseTo(1, 5)
    expect(history.val_loss[0] * 54_001).toBeCloseTo(1, 5)
  })
})
