import { describe, expect, it } from 'vitest'
import { getExecutor, layers, metrics, models, ops, optimizers, type Tensor } from '../index.js'

const samples = [
  [1, 2, 4],
  [2, 5, 1],
  [9, 1, 3],
  [4, 4, 7],
  [3, 8, 2],
]

/** The deviation of a sample from the mean of its batch. */
class Centred extends layers.Layer {
  override call(x: Tensor) {
    return ops.subtract(x, ops.mean(x, { axis: 0, keepDims: true }))
  }
}

class Shares extends models.Model {
  override call(x: Tensor) {
    return ops.divide(x, ops.sum(x))
  }
}

class Doubled extends layers.Layer {
  override readonly couplesSamples = false

  override call(x: Tensor) {
    return ops.multiply(x, 2)
  }
}

class WholeDense extends layers.Dense {
  override call(x: Tensor) {
    return ops.softmax(super.call(x), { axis: 0 })
  }
}

const chain = (...stack: layers.Layer[]) => models.sequential([layers.input([3]), ...stack])
const values = async (x: Tensor) => Array.from(await x.data(), (value) => Math.fround(value))

function both(axis: number) {
  const input = layers.input([3])
  return models.functional({ inputs: input, outputs: layers.concatenate([input, input], { axis }) })
}

function toldToTrain() {
  const input = layers.input([3])
  const options = { training: true }
  return models.functional({ inputs: input, outputs: layers.batchNormalization()(input, options) })
}

describe('Layers that look at samples together', () => {
  const makes: Record<string, () => models.Model> = {
    'a layer of your own': () => chain(new Centred()),
    'a class that extends a layer': () => chain(new WholeDense(2)),
    'a model of your own': () => new Shares(),
    'softmax along the batch': () => chain(layers.softmax({ axis: 0 })),
    'softmax along the batch, counted from the end': () => chain(layers.softmax({ axis: -2 })),
    'unit normalization along the batch': () => chain(layers.unitNormalization({ axis: 0 })),
    lambda: () => chain(layers.lambda((x) => ops.divide(x, ops.max(x)))),
    'lambda that transposes': () => chain(layers.lambda((x) => ops.transpose(x))),
    'concatenate along the batch': () => both(0),
    'batch normalization told to train': toldToTrain,
  }

  it.each(Object.entries(makes))('%s: predicts a last batch as it is', async (_, make) => {
    const model = make()
    const alone = await model.predictOnBatch(samples)
    const predicted = await model.predict(samples)
    expect(predicted.shape).toEqual(alone.shape)
    expect(await values(predicted)).toEqual(await values(alone))
  })

  it('are evaluated, and validated with, on batches as they are', async () => {
    const y = samples.map(() => [0, 0, 0])
    const model = chain(new Centred(), layers.dense(3, { kernelInitializer: 'identity' }))
    model.compile({ loss: 'mse', metrics: ['mae'] })
    const whole = await model.testOnBatch(samples, y)
    expect(await model.evaluate(samples, y)).toEqual(whole)
    expect(await model.evaluate(() => [[samples.slice(0, 5), y]])).toEqual(whole)
    model.compile({ loss: 'mse', metrics: ['mae'], optimizer: optimizers.sgd({ learningRate: 0 }) })
    const { history } = await model.fit(samples, y, { epochs: 1, verbose: 0, validationData: [samples, y] })
    expect([history.val_loss?.[0], history.val_mae?.[0]]).toEqual([whole.loss, whole.mae])
  })

  it('take outputs together that have other axes than samples, where they fit', async () => {
    const turned = chain(layers.lambda((x) => ops.transpose(x)))
    const first = await turned.predict(samples.slice(0, 4), { batchSize: 2 })
    expect(await first.array()).toEqual([
      [1, 2],
      [2, 5],
      [4, 1],
      [9, 4],
      [1, 4],
      [3, 7],
    ])
    await expect(turned.predict(samples, { batchSize: 2 })).rejects.toThrow(
      /Model 'sequential.*along axis 0.*received \[3, 2\], then \[3, 1\].*predictOnBatch/,
    )
    const sum = chain(layers.lambda((x) => ops.sum(x)))
    await expect(sum.predict(samples)).rejects.toThrow(/first axis counts samples/)
  })

  it('say so: classes of your own unless they deny it, those of Gradus where an axis is the batch', () => {
    expect(new Centred().couplesSamples).toBe(true)
    expect(new WholeDense(2).couplesSamples).toBe(true)
    expect(new Doubled().couplesSamples).toBe(false)
    expect(layers.dense(2).couplesSamples).toBe(false)
    expect(layers.lambda((x) => x).couplesSamples).toBe(true)
    expect(layers.lambda((x) => x, { couplesSamples: false }).couplesSamples).toBe(false)
    expect(chain(layers.dense(2)).couplesSamples).toBe(false)
    expect(both(-1).couplesSamples).toBe(false)
  })

  it('are no class of Gradus that is exported, but for Lambda', () => {
    const classes = [...Object.values<unknown>(layers), ...Object.values<unknown>(models)].filter(
      (item): item is typeof layers.Layer =>
        typeof item === 'function' &&
        item.prototype instanceof layers.Layer &&
        Object.hasOwn(item, 'className'),
    )
    const silent = classes.filter((item) => !(Object.hasOwn(item, 'samplewise') && item.samplewise))
    expect(silent).toEqual([layers.Lambda])
  })

  it('leave few Programs to layers of your own that compute each sample by itself', async () => {
    const model = chain(new Doubled(), layers.dense(2))
    const single = chain(layers.lambda((x) => ops.multiply(x, 2), { couplesSamples: false }))
    const { statistics } = await getExecutor()
    for (const each of [model, single]) {
      const before = statistics.programsCompiled
      for (let size = 1; size <= 5; size++) await each.predict(samples.slice(0, size), { batchSize: 5 })
      expect(statistics.programsCompiled - before).toBeLessThanOrEqual(3)
    }
  })
})

describe('Metrics of your own', () => {
  it('that take no weights are given batches as they are', async () => {
    class Count extends metrics.Metric {
      private readonly seen = this.addState('seen')

      override updateState(_yTrue: Tensor, yPred: Tensor) {
        this.seen.assign(ops.add(this.seen.value(), yPred.shape[0]))
      }

      override result() {
        return this.seen.value()
      }
    }
    const model = chain(layers.dense(1))
    model.compile({ loss: 'mse', metrics: [new Count('count')] })
    expect(await model.evaluate(samples, [1, 2, 3, 4, 5])).toMatchObject({ count: 5 })
  })
})
