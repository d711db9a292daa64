import { beforeEach, describe, expect, it } from 'vitest'
import { maxNorm } from '../constraints/maxNorm.js'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import { multiply } from '../ops/multiply.js'
import { square } from '../ops/square.js'
import { sum } from '../ops/sum.js'
import { tensor } from '../ops/tensor.js'
import * as optimizers from '../optimizers/index.js'
import * as regularizers from '../regularizers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { sequential } from './sequential.js'

const silent = { verbose: 0, shuffle: false } as const

let executor = new ReferenceExecutor()
beforeEach(() => {
  executor = new ReferenceExecutor()
  useExecutor(executor)
})

/** y = 2x + 1 on five points. */
const points = [-1, -0.5, 0.5, 1, 2]
const x = points.map((value) => [value])
const y = points.map((value) => [2 * value + 1])

/** A line that starts as -1.5x + 0.5. */
async function line(options: layers.DenseOptions) {
  const model = sequential([layers.input([1]), layers.dense(1, options)])
  await model.setWeights([[[-1.5]], [0.5]])
  return model
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const errorsOf = (w: number, b: number) => points.map((value) => w * value + b - (2 * value + 1))
const squaredError = (w: number, b: number) => mean(errorsOf(w, b).map((error) => error * error))
const slopesOf = (w: number, b: number) => ({
  w: mean(errorsOf(w, b).map((error, i) => 2 * error * points[i])),
  b: mean(errorsOf(w, b).map((error) => 2 * error)),
})
const numbersOf = async (model: ReturnType<typeof sequential>) =>
  (await Promise.all((await model.getWeights()).map((weight) => weight.data()))).map(([value]) => value)

describe('regularizers', () => {
  it('of kernel and bias go into loss and gradients', async () => {
    const model = await line({ kernelRegularizer: regularizers.l2(0.1), biasRegularizer: 'l1' })
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.1 }), metrics: ['mse'] })
    const { history } = await model.fit(x, y, { ...silent, batchSize: 5 })
    const penalty = 0.1 * 1.5 ** 2 + 0.01 * 0.5
    expect(history.loss[0]).toBeCloseTo(squaredError(-1.5, 0.5) + penalty, 5)
    expect(history.mse[0]).toBeCloseTo(squaredError(-1.5, 0.5), 5)
    const slopes = slopesOf(-1.5, 0.5)
    const [w, b] = await numbersOf(model)
    expect(w).toBeCloseTo(-1.5 - 0.1 * (slopes.w + 2 * 0.1 * -1.5), 5)
    expect(b).toBeCloseTo(0.5 - 0.1 * (slopes.b + 0.01), 5)
    const { loss } = await model.evaluate(x, y, { batchSize: 2 })
    expect(loss).toBeCloseTo(squaredError(w, b) + 0.1 * w * w + 0.01 * Math.abs(b), 5)
  })

  it('of outputs are divided by the samples, and leave padding out', async () => {
    const model = await line({ activityRegularizer: regularizers.l2(0.2) })
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0 }) })
    const outputs = points.map((value) => -1.5 * value + 0.5)
    const penalty = 0.2 * mean(outputs.map((output) => output * output))
    const { history } = await model.fit(x, y, { ...silent, batchSize: 2 })
    expect(history.loss[0]).toBeCloseTo(squaredError(-1.5, 0.5) + penalty, 5)
    for (const batchSize of [2, 3, 8]) {
      const { loss } = await model.evaluate(x, y, { batchSize })
      expect(loss, `batches of ${batchSize}`).toBeCloseTo(squaredError(-1.5, 0.5) + penalty, 5)
    }
  })

  it('leave frozen weights alone', async () => {
    const model = await line({ kernelRegularizer: 'l2', trainable: false })
    model.compile({ loss: 'mse', optimizer: 'sgd' })
    expect((await model.evaluate(x, y)).loss).toBeCloseTo(squaredError(-1.5, 0.5), 5)
  })

  it('may be terms that a layer of your own adds', async () => {
    class Penalized extends layers.Layer {
      override call(inputs: Tensor): Tensor {
        this.addLoss(multiply(sum(square(inputs)), 0.01))
        return inputs
      }
    }
    const model = sequential([layers.input([1]), layers.dense(1), new Penalized()])
    await model.setWeights([[[-1.5]], [0.5]])
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0 }) })
    const { history } = await model.fit(x, y, { ...silent, batchSize: 5 })
    const penalty = 0.01 * 5 * mean(points.map((value) => (-1.5 * value + 0.5) ** 2))
    expect(history.loss[0]).toBeCloseTo(squaredError(-1.5, 0.5) + penalty, 5)
    // Outside a step nothing takes them.
    expect(new Penalized()(tensor([[1]])).shape).toEqual([1, 1])
  })
})

describe('constraints', () => {
  it('hold after each step', async () => {
    const model = await line({ kernelConstraint: maxNorm(1), biasConstraint: 'non_neg' })
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.1 }) })
    await model.fit(x, y, { ...silent, batchSize: 5 })
    const slopes = slopesOf(-1.5, 0.5)
    expect(-1.5 - 0.1 * slopes.w).toBeGreaterThan(-1)
    const [w, b] = await numbersOf(model)
    expect(w).toBeCloseTo(-1.5 - 0.1 * slopes.w, 5)
    expect(b).toBeCloseTo(0.5 - 0.1 * slopes.b, 5)
    await model.fit(x, y, { ...silent, epochs: 100 })
    // Without it the slope would come to 2.
    expect((await numbersOf(model))[0]).toBeCloseTo(1, 5)
    await model.fit(
      x,
      y.map(([value]) => [value - 9]),
      { ...silent, epochs: 20 },
    )
    expect((await numbersOf(model))[1]).toBe(0)
  })
})

describe("layers' configs", () => {
  it('carry regularizers and constraints', () => {
    const options = {
      kernelRegularizer: regularizers.l1l2(0.1, 0.2),
      biasRegularizer: regularizers.l1(0.3),
      activityRegularizer: regularizers.l2(0.4),
      kernelConstraint: maxNorm(3),
      biasConstraint: 'non_neg',
    } as const
    for (const layer of [layers.dense(2, options), layers.conv2d(2, 3, options)]) {
      const config = layer.getConfig()
      expect(config).toMatchObject({
        kernel_regularizer: {
          module: 'keras.regularizers',
          class_name: 'L1L2',
          config: { l1: 0.1, l2: 0.2 },
        },
        bias_regularizer: { class_name: 'L1', config: { l1: 0.3 } },
        activity_regularizer: { class_name: 'L2', config: { l2: 0.4 } },
        kernel_constraint: {
          module: 'keras.constraints',
          class_name: 'MaxNorm',
          config: { max_value: 3, axis: 0 },
        },
        bias_constraint: { class_name: 'NonNeg', config: {} },
      })
      const type = layer.constructor as typeof layers.Dense
      expect(type.fromConfig(JSON.parse(JSON.stringify(config))).getConfig()).toEqual(config)
    }
    expect(layers.dense(2).getConfig()).not.toHaveProperty('activity_regularizer')
    expect(layers.conv2d(2, 3).getConfig()).toMatchObject({
      activity_regularizer: null,
      kernel_constraint: null,
    })
  })
})

describe('learning-rate schedules', () => {
  it('go on from one run to the next, and compile nothing', async () => {
    const model = await line({})
    const steps: number[] = []
    const learningRate = (step: number) => {
      steps.push(step)
      return 0.1 / (1 + step)
    }
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate }) })
    await model.fit(x, y, { ...silent, batchSize: 5, epochs: 2 })
    await model.trainOnBatch(x, y)
    await model.fit(x, y, { ...silent, batchSize: 5 })
    expect(steps).toEqual([0, 1, 2, 3])
    expect(executor.statistics.programsCompiled).toBe(1)
    let [w, b] = [-1.5, 0.5]
    for (const step of steps) {
      const slopes = slopesOf(w, b)
      w -= (0.1 / (1 + step)) * slopes.w
      b -= (0.1 / (1 + step)) * slopes.b
    }
    const received = await numbersOf(model)
    expect(received[0]).toBeCloseTo(w, 5)
    expect(received[1]).toBeCloseTo(b, 5)
  })
})

describe('the moving average of weights', () => {
  it('is what fit leaves', async () => {
    const paths: number[][] = []
    const plain = await line({})
    plain.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.1 }) })
    for (let i = 0; i < 3; i++) {
      await plain.fit(x, y, { ...silent, batchSize: 5 })
      paths.push(await numbersOf(plain))
    }
    const model = await line({})
    const optimizer = optimizers.sgd({ learningRate: 0.1, useEma: true, emaMomentum: 0.5 })
    model.compile({ loss: 'mse', optimizer })
    await model.fit(x, y, { ...silent, batchSize: 5, epochs: 3 })
    const received = await numbersOf(model)
    received.forEach((value, i) =>
      expect(value).toBeCloseTo(0.25 * paths[0][i] + 0.25 * paths[1][i] + 0.5 * paths[2][i], 5),
    )
  })
})

describe('the scale of the loss', () => {
  it('changes no weight', async () => {
    const [one, two] = [await line({}), await line({})]
    one.compile({ loss: 'mse', optimizer: optimizers.adam() })
    two.compile({ loss: 'mse', optimizer: optimizers.adam({ lossScaleFactor: 1024 }) })
    for (const model of [one, two]) await model.fit(x, y, { ...silent, epochs: 3 })
    expect(await numbersOf(two)).toEqual(await numbersOf(one))
  })
})
