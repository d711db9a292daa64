import { beforeEach, describe, expect, it } from 'vitest'
import { NumericError } from '../errors.js'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import type { LossLike } from '../losses/get.js'
import { tensor } from '../ops/tensor.js'
import * as optimizers from '../optimizers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import { Model } from './model.js'
import { sequential } from './sequential.js'

const silent = { verbose: 0 } as const

let executor = new ReferenceExecutor()
beforeEach(() => {
  executor = new ReferenceExecutor()
  useExecutor(executor)
  setRandomSeed(1)
})

/** y = 2x + 1 on eight points. */
const x = [-2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2].map((value) => [value])
const y = x.map(([value]) => [2 * value + 1])

const line = () =>
  sequential([layers.input([1]), layers.dense(1, { kernelInitializer: 'zeros', biasInitializer: 'zeros' })])

/** Points in the plane, labelled by their quadrant's sign. */
const points = Array.from({ length: 10 }, (_, i) => [Math.cos(i * 2.4), Math.sin(i * 2.4)])
const classes = points.map(([a, b]) => Number(a * b > 0))
const oneHot = classes.map((label) => [1 - label, label])

const classifier = (loss: LossLike = 'sparse_categorical_crossentropy') => {
  const model = sequential([
    layers.input([2]),
    layers.dense(6, { activation: 'tanh' }),
    layers.dense(2, { activation: 'softmax' }),
  ])
  model.compile({ loss, optimizer: optimizers.adam({ learningRate: 0.05 }), metrics: ['accuracy'] })
  return model
}

const weightsOf = async (model: Model) =>
  Promise.all((await model.getWeights()).map(async (weight) => Array.from(await weight.data())))

describe('fit', () => {
  it('takes the steps of gradient descent by hand', async () => {
    const model = line()
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.1 }) })
    const { history, epoch } = await model.fit(x, y, { ...silent, batchSize: 8, epochs: 2, shuffle: false })
    let [w, b] = [0, 0]
    for (let step = 0; step < 2; step++) {
      const errors = x.map(([value], i) => w * value + b - y[i][0])
      const loss = errors.reduce((sum, error) => sum + error * error, 0) / 8
      expect(history.loss[step]).toBeCloseTo(loss, 5)
      w -= (0.1 * errors.reduce((sum, error, i) => sum + 2 * error * x[i][0], 0)) / 8
      b -= (0.1 * errors.reduce((sum, error) => sum + 2 * error, 0)) / 8
    }
    expect(epoch).toEqual([0, 1])
    const [[kernel], [bias]] = await weightsOf(model)
    expect(kernel).toBeCloseTo(w, 5)
    expect(bias).toBeCloseTo(b, 5)
  })

  it('learns, with any form of labels and loss', async () => {
    const forms: [LossLike, number[] | number[][]][] = [
      ['sparse_categorical_crossentropy', classes],
      ['categorical_crossentropy', oneHot],
      ['crossentropy', classes],
    ]
    for (const [loss, labels] of forms) {
      const model = classifier(loss)
      const { history } = await model.fit(points, labels, { ...silent, epochs: 60, batchSize: 4 })
      expect(Object.keys(history)).toEqual(['accuracy', 'loss'])
      expect(history.accuracy.at(-1)).toBe(1)
      expect(history.loss.at(-1)).toBeLessThan(0.3)
    }
  })

  it('weights the loss of an epoch by samples, the smaller last batch too', async () => {
    const model = line()
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0 }), metrics: ['mse'] })
    const { history } = await model.fit(x, y, { ...silent, batchSize: 3 })
    const mean = y.reduce((sum, [value]) => sum + value * value, 0) / 8
    expect(history.loss[0]).toBeCloseTo(mean, 5)
    expect(history.mse[0]).toBeCloseTo(mean, 5)
  })

  it('compiles one Program for full batches and one for the last, and none for learning rates', async () => {
    const model = line()
    const optimizer = optimizers.sgd()
    model.compile({ loss: 'mse', optimizer })
    for (let i = 0; i < 5; i++) {
      optimizer.learningRate = 0.01 * (i + 1)
      await model.fit(x, y, { ...silent, batchSize: 3 })
    }
    expect(executor.statistics.programsCompiled).toBe(2)
    model.compile({ loss: 'mse', optimizer })
    await model.fit(x, y, { ...silent, batchSize: 3 })
    expect(executor.statistics.programsCompiled).toBe(4)
  })

  it('runs fewer samples than the batch size as one partial batch', async () => {
    const model = line()
    model.compile({ loss: 'mse', optimizer: 'sgd' })
    const { params, history } = await model.fit(x, y, { ...silent, batchSize: 100 })
    expect(params?.steps).toBe(1)
    expect(history.loss).toHaveLength(1)
  })

  it('repeats itself for the same seeds, whatever happened before', async () => {
    const run = async (seed: number) => {
      const model = sequential(
        [layers.input([1]), layers.dense(4, { activation: 'relu' }), layers.dropout(0.5), layers.dense(1)],
        { seed: 5 },
      )
      model.compile({ loss: 'mse', optimizer: 'adam' })
      return (await model.fit(x, y, { ...silent, batchSize: 3, epochs: 3, seed })).history
    }
    const first = await run(2)
    setRandomSeed(77)
    expect(await run(2)).toEqual(first)
    expect(await run(3)).not.toEqual(first)
  })

  it('draws new dropout masks in each step', async () => {
    const model = sequential([
      layers.input([1]),
      layers.dropout(0.5),
      layers.dense(1, { kernelInitializer: 'ones' }),
    ])
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0 }) })
    const { history } = await model.fit(x, y, { ...silent, epochs: 6, shuffle: false, seed: 1 })
    expect(new Set(history.loss).size).toBeGreaterThan(3)
  })

  it('shuffles samples and labels together, each epoch in another order', async () => {
    const seen: number[][] = []
    const model = line()
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0 }) })
    const compile = executor.compile.bind(executor)
    executor.compile = async (step) => {
      const program = await compile(step)
      return {
        ...program,
        run: (inputs) => {
          seen.push([...inputs[0]])
          for (const [i, value] of inputs[0].entries()) expect(inputs[1][i]).toBe(2 * value + 1)
          return program.run(inputs)
        },
      }
    }
    await model.fit(x, y, { ...silent, batchSize: 8, epochs: 2, seed: 3 })
    expect(seen[0]).not.toEqual(seen[1])
    expect([...seen[0]].sort((a, b) => a - b)).toEqual(x.flat())
    await model.fit(x, y, { ...silent, batchSize: 8, shuffle: false })
    expect(seen[2]).toEqual(x.flat())
  })

  it('continues from an initial epoch as if it had not stopped', async () => {
    const make = () => {
      const model = sequential([layers.input([1]), layers.dropout(0.3), layers.dense(3), layers.dense(1)], {
        seed: 1,
      })
      model.compile({ loss: 'mse', optimizer: 'adam' })
      return model
    }
    const [whole, parts] = [make(), make()]
    const options = { ...silent, batchSize: 3, seed: 4 }
    const { history } = await whole.fit(x, y, { ...options, epochs: 4 })
    await parts.fit(x, y, { ...options, epochs: 2 })
    const rest = await parts.fit(x, y, { ...options, epochs: 4, initialEpoch: 2 })
    expect(rest.epoch).toEqual([2, 3])
    expect(rest.history.loss).toEqual(history.loss.slice(2))
    expect(await weightsOf(parts)).toEqual(await weightsOf(whole))
  })
})

describe('validation', () => {
  it('takes the tail, cut where Keras cuts', async () => {
    const model = line()
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0 }) })
    // floor(8 * (1 - 0.4)) = 4.8 -> 4 to train on.
    const { history } = await model.fit(x, y, { ...silent, validationSplit: 0.4 })
    const meanSquare = (rows: number[][]) =>
      rows.reduce((sum, [value]) => sum + value * value, 0) / rows.length
    expect(Object.keys(history)).toEqual(['loss', 'val_loss'])
    expect(history.loss[0]).toBeCloseTo(meanSquare(y.slice(0, 4)), 5)
    expect(history.val_loss[0]).toBeCloseTo(meanSquare(y.slice(4)), 5)
  })

  it("leaves 5,999 of MNIST's 60,000 for a split of 0.9", () => {
    expect(Math.floor(60_000 * (1 - 0.9))).toBe(5_999)
  })

  it('takes data of its own, and does not train on it', async () => {
    const model = line()
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0 }), metrics: ['mse'] })
    const { history } = await model.fit(x, y, {
      ...silent,
      validationData: [
        [[0], [0], [0]],
        [[1], [2], [3]],
      ],
    })
    expect(Object.keys(history)).toEqual(['loss', 'mse', 'val_loss', 'val_mse'])
    expect(history.val_loss[0]).toBeCloseTo(14 / 3, 5)
  })

  it('has dropout off', async () => {
    const model = sequential([layers.input([1]), layers.dropout(0.9)])
    model.compile({ loss: 'mse', optimizer: 'sgd' })
    const { history } = await model.fit(x, x, { ...silent, validationData: [x, x] })
    expect(history.loss[0]).toBeGreaterThan(0)
    expect(history.val_loss[0]).toBe(0)
  })
})

describe('evaluate and predict', () => {
  it('leave padding out, in the loss and in metrics', async () => {
    const model = classifier()
    for (const samples of [1, 2, 3, 5, 9, 10]) {
      const [some, labels] = [points.slice(0, samples), classes.slice(0, samples)]
      const { loss, accuracy } = await model.evaluate(some, labels, { ...silent, batchSize: 4 })
      const probabilities = (await (
        await model.predict(some, { ...silent, batchSize: 4 })
      ).array()) as number[][]
      expect(probabilities).toHaveLength(samples)
      const losses = probabilities.map((row, i) => -Math.log(row[labels[i]]))
      const right = probabilities.filter((row, i) => row[labels[i]] > 0.5).length
      expect(loss).toBeCloseTo(losses.reduce((a, b) => a + b, 0) / samples, 5)
      expect(accuracy).toBeCloseTo(right / samples, 6)
    }
  })

  it('compile at most three Programs for any numbers of samples', async () => {
    const model = classifier()
    for (let samples = 1; samples <= 70; samples++) {
      const result = await model.predict(new Float32Array(2 * samples), silent)
      expect(result.shape).toEqual([samples, 2])
    }
    expect(executor.statistics.programsCompiled).toBe(3)
  })

  it('do not depend on the batch size', async () => {
    const model = classifier()
    const all = await (await model.predict(points, silent)).data()
    for (const batchSize of [1, 3, 4, 100]) {
      expect(await (await model.predict(points, { ...silent, batchSize })).data()).toEqual(all)
    }
  })

  it('need no compile to predict', async () => {
    const model = sequential([layers.input([2]), layers.dense(1, { kernelInitializer: 'ones' })])
    expect(
      await (
        await model.predict(
          [
            [1, 2],
            [3, 4],
          ],
          silent,
        )
      ).array(),
    ).toEqual([[3], [7]])
  })

  it('take bytes, and scale them inside', async () => {
    const model = sequential([layers.input([2]), layers.rescaling(1 / 255)])
    expect(await (await model.predict(new Uint8Array([0, 255]), silent)).array()).toEqual([[0, 1]])
  })
})

describe('trainOnBatch', () => {
  it('takes one step and measures its batch alone', async () => {
    const model = line()
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.1 }) })
    expect((await model.trainOnBatch([[1]], [[3]])).loss).toBeCloseTo(9, 5)
    // w = b = 0.6 now, so the error is 1.8.
    expect((await model.trainOnBatch([[1]], [[3]])).loss).toBeCloseTo(3.24, 5)
  })
})

describe('a model of its own class', () => {
  class Mlp extends Model {
    hidden = layers.dense(6, { activation: 'tanh' })
    out = layers.dense(2, { activation: 'softmax' })

    override call(inputs: Tensor): Tensor {
      return this.out(this.hidden(inputs))
    }
  }

  it('is built by its data and trains', async () => {
    const model = new Mlp()
    model.compile({
      loss: 'sparse_categorical_crossentropy',
      optimizer: optimizers.adam({ learningRate: 0.05 }),
    })
    const { history } = await model.fit(points, classes, { ...silent, epochs: 40 })
    expect(history.loss.at(-1)).toBeLessThan(history.loss[0] / 2)
    expect(model.countParams()).toBe(2 * 6 + 6 + 6 * 2 + 2)
  })
})

describe('interruption', () => {
  it('by a signal rejects with its reason and leaves the model usable', async () => {
    const model = line()
    model.compile({ loss: 'mse', optimizer: 'sgd' })
    const controller = new AbortController()
    const reason = new Error('enough')
    const running = model.fit(x, y, { ...silent, epochs: 1000, signal: controller.signal })
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
    await expect(model.predict(x, { ...silent, signal: controller.signal })).rejects.toBe(reason)
    expect((await model.fit(x, y, silent)).epoch).toEqual([0])
  })

  it('by stopTraining ends after the steps under way', async () => {
    const model = line()
    model.compile({ loss: 'mse', optimizer: 'sgd' })
    let lines = 0
    const output = {
      isTerminal: false,
      write() {
        lines++
        model.stopTraining = lines === 3
      },
    }
    expect((await model.fit(x, y, { epochs: 1000, output })).epoch).toEqual([0, 1, 2])
  })

  it('by a timer happens though steps follow each other without a pause', async () => {
    const model = line()
    model.compile({ loss: 'mse', optimizer: 'sgd' })
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('later')), 0)
    const forever = { ...silent, epochs: Number.MAX_SAFE_INTEGER, signal: controller.signal }
    await expect(model.fit(x, y, forever)).rejects.toThrow('later')
  })

  it('does not happen by a second fit, which is refused', async () => {
    const model = line()
    model.compile({ loss: 'mse', optimizer: 'sgd' })
    const running = model.fit(x, y, { ...silent, epochs: 3 })
    await expect(model.fit(x, y, silent)).rejects.toThrow(
      /fit was called while fit of the same model is under way/,
    )
    await expect(model.evaluate(x, y, silent)).rejects.toThrow(/evaluate was called while fit/)
    expect((await running).epoch).toEqual([0, 1, 2])
  })
})

describe('wrong input', () => {
  it('is named: a controller for its signal, an order, no list of metrics', async () => {
    const model = line()
    model.compile({ loss: 'mse', optimizer: 'sgd' })
    const signal = new AbortController() as never
    await expect(model.fit(x, y, { ...silent, signal })).rejects.toThrow(
      /signal: expected an AbortSignal.*controller\.signal/,
    )
    await expect(model.predict(x, { signal })).rejects.toThrow(/signal: expected an AbortSignal/)
    await expect(model.fit(x, y, { ...silent, shuffle: 'batch' as never })).rejects.toThrow(
      /shuffle true or false.*'batch'/,
    )
    expect(() => model.compile({ loss: 'mse', metrics: null as never })).toThrow(
      /metrics as a list, received null/,
    )
  })

  it('is named: uncompiled and unbuilt models', async () => {
    const model = sequential([layers.dense(1)], { name: 'm' })
    await expect(model.fit(x, y, silent)).rejects.toThrow(
      /Model 'm': fit needs a loss and an optimizer. Call model.compile/,
    )
    await expect(model.evaluate(x, y, silent)).rejects.toThrow(/evaluate needs a loss/)
    expect(() => model.countParams()).toThrow(/Model 'm' is not built/)
    await expect(model.getWeights()).rejects.toThrow(/Model 'm' is not built/)
  })

  it('is named: shapes, lengths, empty data', async () => {
    const model = classifier()
    await expect(model.fit([[1, 2, 3]], [0], silent)).rejects.toThrow(
      /expected x of shape \[null, 2\], received \[1, 3\]/,
    )
    await expect(model.fit(points, classes.slice(1), silent)).rejects.toThrow(
      /received 10 samples in x \(\[10, 2\]\) and 9 labels in y \(\[9\]\)/,
    )
    await expect(model.fit(new Float32Array(0), new Float32Array(0), silent)).rejects.toThrow(
      /x: expected at least one/,
    )
    const image = sequential([layers.input([2, 2, 1]), layers.flatten()])
    await expect(
      image.predict(
        tensor([
          [
            [1, 2],
            [3, 4],
          ],
        ]),
        silent,
      ),
    ).rejects.toThrow(/received \[1, 2, 2\].*The number of elements fits: reshape it to \[1, 2, 2, 1\]/)
    await expect(
      image.predict(
        tensor([
          [[1], [2]],
          [[3], [4]],
        ]),
        silent,
      ),
    ).rejects.toThrow(/one sample without a batch axis/)
  })

  it('is named: labels', async () => {
    await expect(
      classifier().fit(
        points,
        classes.map((label) => label + 1),
        silent,
      ),
    ).rejects.toThrow(/expected labels from 0 to 1 in y, received 2/)
    await expect(classifier().fit(points, oneHot, silent)).rejects.toThrow(/looks one-hot/)
    await expect(classifier('categorical_crossentropy').fit(points, classes, silent)).rejects.toThrow(
      /class numbers/,
    )
    await expect(
      classifier().fit(points, classes, { ...silent, validationData: [points, classes.map(() => 7)] }),
    ).rejects.toThrow(/in validationData\[1\], received 7/)
  })

  it('is named: options', async () => {
    const model = classifier()
    for (const validationSplit of [1, -0.1, 2, Number.NaN]) {
      await expect(model.fit(points, classes, { ...silent, validationSplit })).rejects.toThrow(
        /validationSplit of at least 0 and below 1/,
      )
    }
    await expect(model.fit(points, classes, { ...silent, validationSplit: 0.99 })).rejects.toThrow(
      /leaves 0 to train on/,
    )
    await expect(model.fit(points, classes, { ...silent, batchSize: 0 })).rejects.toThrow(
      /batchSize: expected/,
    )
    await expect(model.fit(points, classes, { ...silent, seed: -1 })).rejects.toThrow(/seed/)
    expect(() => model.compile({ loss: 'sparse' as LossLike, optimizer: 'adam' })).toThrow(
      /loss: 'sparse' is unknown/,
    )
  })

  it('leaves nothing half-done: the model trains afterwards', async () => {
    const model = classifier()
    const before = await weightsOf(model)
    await expect(model.fit(points, oneHot, silent)).rejects.toThrow()
    expect(await weightsOf(model)).toEqual(before)
    expect((await model.fit(points, classes, silent)).epoch).toEqual([0])
  })

  it('is named: a loss that becomes NaN, with epoch and batch', async () => {
    const model = line()
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 1e30 }) })
    const failure = await model
      .fit(x, y, { ...silent, batchSize: 4, epochs: 3 })
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(NumericError)
    expect(String(failure)).toMatch(/the loss became (NaN|Infinity) in epoch 1 of 3, batch 2 of 2/)
  })
})
