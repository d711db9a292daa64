import { beforeEach, describe, expect, it } from 'vitest'
import type { CallbackLike, LoggedMetric, Logs } from '../callbacks/index.js'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import * as metrics from '../metrics/index.js'
import { add } from '../ops/add.js'
import { mean } from '../ops/mean.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import * as optimizers from '../optimizers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import { functional } from './functional.js'
import { type BatchOf, Model } from './model.js'
import { sequential } from './sequential.js'
import type { TrainingStep } from './trainingStep.js'

beforeEach(() => {
  useExecutor(new ReferenceExecutor())
  setRandomSeed(1)
})

const x = [[-2], [-1], [1], [2], [3]]
const y = x.map(([value]) => [2 * value])
const silent = { verbose: 0, batchSize: 2, epochs: 3 } as const

const dropping = () => {
  const model = sequential([layers.input([1]), layers.dropout(0.5), layers.dense(1)], { seed: 1 })
  model.compile({ loss: 'mse', metrics: ['mae'], optimizer: optimizers.sgd({ learningRate: 0.02 }) })
  return model
}

describe('evaluateTraining', () => {
  it('measures the samples trained on after each epoch, without dropout, under keys of its own', async () => {
    const model = dropping()
    const expected: Logs[] = []
    // A copy of the model as each epoch leaves it, evaluated by itself.
    const copy = dropping()
    const callback: CallbackLike = {
      async onEpochEnd() {
        await copy.setWeights(await model.getWeights())
        expected.push(await copy.evaluate(x.slice(0, 3), y.slice(0, 3), { verbose: 0 }))
      },
    }
    const { history } = await model.fit(x, y, {
      ...{ ...silent, evaluateTraining: true, validationSplit: 0.4, callbacks: [callback] },
    })
    expect(Object.keys(history)).toEqual([
      ...['loss', 'mae', 'train_loss', 'train_mae', 'val_loss', 'val_mae'],
    ])
    expect(history.train_loss).toEqual(expected.map(({ loss }) => loss))
    expect(history.train_mae).toEqual(expected.map(({ mae }) => mae))
    expect(history.train_loss).not.toEqual(history.loss)
  })

  it('changes nothing else', async () => {
    const options = { ...silent, seed: 3, validationSplit: 0.4 }
    const [with_, without] = [
      await dropping().fit(x, y, { ...options, evaluateTraining: true }),
      await dropping().fit(x, y, options),
    ]
    for (const key of ['loss', 'val_loss']) expect(with_.history[key]).toEqual(without.history[key])
  })

  it('tells callbacks of a test whose keys say what it is of', async () => {
    const told: string[][] = []
    const callback: CallbackLike = { onTestEnd: (logs) => void told.push(Object.keys(logs)) }
    const options = {
      ...silent,
      epochs: 1,
      evaluateTraining: true,
      validationSplit: 0.4,
      callbacks: [callback],
    }
    await dropping().fit(x, y, options)
    expect(told).toEqual([
      ['train_loss', 'train_mae'],
      ['loss', 'mae'],
    ])
  })

  it('goes through a stream again, as far as training went', async () => {
    let passes = 0
    function* batches() {
      passes++
      for (const value of [1, 2, 3, 4]) yield [[[value]], [[0]]] as const
    }
    const model = sequential([layers.input([1]), layers.dense(1, { kernelInitializer: 'ones' })])
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0 }) })
    const run = (options: object) => model.fit(batches, { verbose: 0, evaluateTraining: true, ...options })
    expect((await run({})).history.train_loss).toEqual([7.5])
    expect((await run({ stepsPerEpoch: 2 })).history.train_loss).toEqual([2.5])
    expect(passes).toBe(4)
    await expect(model.fit(batches(), { verbose: 0, evaluateTraining: true })).rejects.toThrow(
      /evaluateTraining goes through the batches a second time.*Give the function that makes it/,
    )
  })
})

describe('class weights', () => {
  const points = Array.from({ length: 12 }, (_, i) => [Math.cos(i * 2.4), Math.sin(i * 2.4)])
  const classes = points.map((_, i) => i % 2)

  it('are for training, not for what is measured on validation and training samples', async () => {
    const model = sequential([layers.input([2]), layers.dense(2, { activation: 'softmax' })], { seed: 2 })
    model.compile({
      loss: 'sparse_categorical_crossentropy',
      optimizer: optimizers.sgd({ learningRate: 0 }),
    })
    const { loss } = await model.evaluate(points.slice(0, 6), classes.slice(0, 6), { verbose: 0 })
    const held = await model.evaluate(points.slice(6), classes.slice(6), { verbose: 0 })
    const classWeight = { 0: 1, 1: 10 }
    const { history } = await model.fit(points, classes, {
      ...{ verbose: 0, classWeight, validationSplit: 0.5, evaluateTraining: true },
    })
    expect(history.val_loss[0]).toBeCloseTo(held.loss, 6)
    expect(history.train_loss[0]).toBeCloseTo(loss, 6)
    // As the mean of the weighted losses of samples.
    const probabilities = (await (await model.predict(points.slice(0, 6))).array()) as number[][]
    const weighted = probabilities.map(
      (row, i) => -Math.log(row[classes[i]]) * classWeight[classes[i] as 0 | 1],
    )
    expect(history.loss[0]).toBeCloseTo(weighted.reduce((a, b) => a + b) / 6, 5)
    await expect(
      model.fit(points, classes, { verbose: 0, classWeight, sampleWeight: classes }),
    ).rejects.toThrow(/expected sampleWeight or classWeight, received both/)
  })
})

describe('the numbers that logs will have', () => {
  /** What callbacks are told, and the keys that `History` has then. */
  async function told(model: Model<never, never>, ...data: readonly unknown[]) {
    let metricsTold: readonly LoggedMetric[] = []
    const callback: CallbackLike = { setMetrics: (given) => (metricsTold = given) }
    const run = model.fit.bind(model) as unknown as (...given: readonly unknown[]) => Promise<{
      readonly history: Logs
    }>
    const options = { verbose: 0, validationData: data, evaluateTraining: true, callbacks: [callback] }
    const { history } = await run(...data, options)
    expect(metricsTold.map(({ key }) => key)).toEqual(Object.keys(history))
    return Object.fromEntries(metricsTold.map(({ key, direction }) => [key, direction]))
  }
  const open = (model: unknown) => model as Model<never, never>

  it('are those of History, with the direction of each', async () => {
    const model = sequential([layers.input([1]), layers.dense(2, { activation: 'softmax' })])
    model.compile({
      loss: 'sparse_categorical_crossentropy',
      metrics: ['accuracy', new metrics.ConfusionMatrix({ numClasses: 2 })],
    })
    const data = [
      [[0], [1]],
      [0, 1],
    ]
    expect(await told(open(model), ...data)).toEqual({
      ...{ accuracy: 'up', loss: 'down', train_accuracy: 'up', train_loss: 'down' },
      ...{ val_accuracy: 'up', val_loss: 'down' },
    })
  })

  it('are those of several outputs', async () => {
    const input = layers.input([1])
    const [a, b] = [layers.dense(1, { name: 'a' })(input), layers.dense(1, { name: 'b' })(input)]
    const model = functional({ inputs: input, outputs: [a, b] })
    model.compile({ loss: 'mse', metrics: [['mae'], [new metrics.R2Score()]] })
    const directions = await told(
      open(model),
      [[0], [1], [2]],
      [
        [[0], [1], [3]],
        [[1], [0], [4]],
      ],
    )
    expect(directions).toMatchObject({ loss: 'down', a_loss: 'down', a_mae: 'down', b_r2_score: 'up' })
  })

  it("are those of a step of one's own, whose metrics go by their names", async () => {
    class Own extends Model {
      readonly out = layers.dense(1)
      readonly hits = new metrics.BinaryAccuracy({ name: 'hits' })

      override call(inputs: Tensor): Tensor {
        return this.out(inputs)
      }

      override trainStep(batch: BatchOf<Tensor, Tensor>, step: TrainingStep) {
        const outputs = this(batch.x)
        const loss = mean(square(subtract(batch.y, outputs)))
        step.minimize(loss)
        this.hits.updateState(batch.y, outputs)
        return { loss, hits: this.hits.result(), mystery: add(loss, 1) }
      }

      override testStep(batch: BatchOf<Tensor, Tensor>) {
        return { distance: mean(square(subtract(batch.y, this(batch.x)))) }
      }
    }
    const model = new Own()
    model.compile({})
    expect(await told(open(model), [[0], [1]], [[0], [1]])).toEqual({
      ...{ hits: 'up', loss: 'down', mystery: undefined },
      ...{ train_distance: undefined, val_distance: undefined },
    })
  })

  it('are asked for by callbacks that want them only', async () => {
    const executor = new ReferenceExecutor()
    useExecutor(executor)
    const model = sequential([layers.input([1]), layers.dense(1)])
    model.compile({ loss: 'mse' })
    const fails: CallbackLike = { onTrainBegin: () => Promise.reject(new Error('stop')) }
    await expect(model.fit([[1]], [[1]], { verbose: 0, callbacks: [fails] })).rejects.toThrow('stop')
    expect(executor.statistics.programsCompiled).toBe(0)
  })
})
