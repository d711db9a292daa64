import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { ArgumentError } from '../errors.js'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import { multiply } from '../ops/multiply.js'
import { tensor } from '../ops/tensor.js'
import * as optimizers from '../optimizers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import { functional } from './functional.js'
import { Model } from './model.js'

const silent = { verbose: 0 } as const
const still = () => optimizers.sgd({ learningRate: 0 })

beforeEach(() => {
  useExecutor(new ReferenceExecutor())
  setRandomSeed(1)
})

/** Two inputs a and b; outputs 2a and a + b, named `double` and `sum`. No weights but one that does nothing. */
function pair() {
  const [a, b] = [layers.input([1], { name: 'a' }), layers.input([1], { name: 'b' })]
  const double = layers.dense(1, { name: 'double', kernelInitializer: 'ones', useBias: false })(
    layers.add([a, a]),
  )
  const sum = layers.add([a, b], { name: 'sum' })
  return { a, b, double, sum }
}
const list = () => {
  const { a, b, double, sum } = pair()
  return functional({ inputs: [a, b], outputs: [double, sum] })
}
const object = () => {
  const { a, b, double, sum } = pair()
  return functional({ inputs: { a, b }, outputs: { left: double, right: sum } })
}

const a = [[1], [2], [3]]
const b = [[10], [20], [30]]
/** Errors of `double` against 0 are 2, 4, 6; of `sum` against a they are 10, 20, 30. */
const zeros = [[0], [0], [0]]
const square = (...errors: number[]) => errors.reduce((total, e) => total + e * e, 0) / errors.length

describe('several outputs', () => {
  it("have losses and metrics of their own, under Keras's keys", async () => {
    const model = list()
    model.compile({
      loss: ['mse', 'mae'],
      lossWeights: [0.9, 0.1],
      metrics: [['mae'], ['mse', 'mae']],
      optimizer: still(),
    })
    const { history } = await model.fit([a, b], [zeros, a], { ...silent, batchSize: 2 })
    expect(Object.keys(history)).toEqual([
      'double_loss',
      'double_mae',
      'loss',
      'sum_loss',
      'sum_mae',
      'sum_mse',
    ])
    const logs = await model.evaluate([a, b], [zeros, a], silent)
    const expected = {
      double_loss: square(2, 4, 6),
      double_mae: 4,
      loss: 0.9 * square(2, 4, 6) + 0.1 * 20,
      sum_loss: 20,
      sum_mae: 20,
      sum_mse: square(10, 20, 30),
    }
    for (const [key, value] of Object.entries(expected)) {
      expect(logs[key], key).toBeCloseTo(value, 4)
      expect(history[key][0], key).toBeCloseTo(value, 4)
    }
  })

  it('take one loss for all, or for some, and losses by name', async () => {
    const model = list()
    model.compile({ loss: 'mse', optimizer: still() })
    const both = await model.evaluate([a, b], [zeros, a], silent)
    expect(both.loss).toBeCloseTo(both.double_loss + both.sum_loss, 4)

    model.compile({ loss: [null, 'mse'], optimizer: still() })
    expect(await model.evaluate([a, b], [null, a], silent)).toEqual({
      loss: expect.closeTo(square(10, 20, 30), 4),
    })

    model.compile({ loss: { sum: 'mse', double: 'mae' }, lossWeights: { double: 2 }, optimizer: still() })
    const named = await model.evaluate([a, b], [zeros, a], silent)
    expect(named.loss).toBeCloseTo(2 * 4 + square(10, 20, 30), 4)
  })

  it('are fed and given as objects', async () => {
    const model = object()
    model.compile({ loss: 'mse', metrics: { right: 'mae' }, optimizer: still() })
    const logs = await model.evaluate({ a, b }, { left: zeros, right: a }, silent)
    expect(Object.keys(logs)).toEqual(['left_loss', 'loss', 'right_loss', 'right_mae'])
    const { left, right } = await model.predict({ b, a }, silent)
    expectTypeOf(left).toEqualTypeOf<Tensor>()
    // @ts-expect-error c is no input, and b is missing
    await expect(model.predict({ a, c: b }, silent)).rejects.toThrow(/missing: b; unknown: c/)
    // @ts-expect-error rihgt is no output
    await expect(model.evaluate({ a, b }, { left: zeros, rihgt: a }, silent)).rejects.toThrow(
      /unknown: rihgt/,
    )
    expect(await left.array()).toEqual([[2], [4], [6]])
    expect(await right.array()).toEqual([[11], [22], [33]])
  })

  it('are fed by the names of inputs and outputs, and predicted as a list', async () => {
    const model = list()
    model.compile({ loss: 'mse', optimizer: still() })
    const byName = await model.evaluate({ a, b }, { sum: a, double: zeros }, silent)
    expect(byName).toEqual(await model.evaluate([a, b], [zeros, a], silent))
    const predicted = await model.predict([a, b], { ...silent, batchSize: 2 })
    expectTypeOf(predicted).toEqualTypeOf<readonly [Tensor, Tensor]>()
    expect(await predicted[1].array()).toEqual([[11], [22], [33]])
    expect(await (await model.predictOnBatch([a, b]))[0].array()).toEqual([[2], [4], [6]])
  })

  it('are refused where one has more samples than another, whatever they are for', async () => {
    const model = list()
    model.compile({ loss: 'mse', optimizer: still() })
    const unlike = [a, new Float32Array([1, 2])] as const
    const refusal = /expected as many samples in all arrays, received 3 samples in x\['.*'\] .* and 2 in x\['/
    await expect(model.predict(unlike, silent)).rejects.toThrow(refusal)
    await expect(model.predictOnBatch(unlike)).rejects.toThrow(refusal)
    await expect(model.evaluate(unlike, [zeros, a], silent)).rejects.toThrow(refusal)
  })

  it('of a class of its own are numbered', async () => {
    class Two extends Model<Tensor, readonly [Tensor, Tensor]> {
      readonly out = layers.dense(1, { kernelInitializer: 'ones' })

      override call(x: Tensor): readonly [Tensor, Tensor] {
        return [this.out(x), multiply(x, 3)]
      }
    }
    const model = new Two()
    model.compile({ loss: 'mse', optimizer: still() })
    const logs = await model.evaluate(a, [zeros, zeros], silent)
    expect(Object.keys(logs)).toEqual(['loss', 'output_1_loss', 'output_2_loss'])
    expect(logs.output_2_loss).toBeCloseTo(square(3, 6, 9), 4)
  })

  it('train all together', async () => {
    const x = layers.input([2])
    const hidden = layers.dense(8, { activation: 'tanh' })(x)
    const [left, right] = [layers.dense(1)(hidden), layers.dense(1)(hidden)]
    const model = functional({ inputs: x, outputs: [left, right] })
    model.compile({ loss: 'mse', optimizer: optimizers.adam({ learningRate: 0.05 }) })
    const points = Array.from({ length: 16 }, (_, i) => [Math.cos(i), Math.sin(i)])
    const targets = [points.map(([p, q]) => [p * q]), points.map(([p, q]) => [p - q])]
    const { history } = await model.fit(points, targets as [number[][], number[][]], {
      ...silent,
      epochs: 80,
    })
    expect(history.loss.at(-1)).toBeLessThan(history.loss[0] / 10)
  })
})

describe('weights of samples', () => {
  it('weight the loss and weighted metrics, and leave others alone', async () => {
    const { a: x, double } = pair()
    const model = functional({ inputs: x, outputs: double })
    model.compile({ loss: 'mse', metrics: ['mae'], weightedMetrics: ['mse', 'mae'], optimizer: still() })
    const options = { ...silent, batchSize: 2, sampleWeight: [1, 0, 3] }
    const { history } = await model.fit(a, zeros, options)
    const logs = await model.evaluate(a, zeros, options)
    // The loss divides by samples, weighted metrics by the sum of weights. Keras 3.15 has these keys too.
    const expected = { loss: (4 + 3 * 36) / 3, mae: 4, mse: (4 + 3 * 36) / 4, weighted_mae: (2 + 3 * 6) / 4 }
    expect(Object.keys(logs)).toEqual(Object.keys(expected))
    for (const [key, value] of Object.entries(expected)) {
      expect(logs[key], key).toBeCloseTo(value, 4)
      expect(history[key][0], key).toBeCloseTo(value, 4)
    }
  })

  it('differ between outputs', async () => {
    const model = list()
    model.compile({ loss: 'mse', optimizer: still() })
    const logs = await model.evaluate([a, b], [zeros, a], {
      ...silent,
      sampleWeight: [
        [1, 0, 0],
        [0, 0, 2],
      ],
    })
    expect(logs.double_loss).toBeCloseTo(4 / 3, 4)
    expect(logs.sum_loss).toBeCloseTo(600, 3)
    const one = await model.evaluate([a, b], [zeros, a], { ...silent, sampleWeight: [0, 0, 3] })
    expect([one.double_loss, one.sum_loss]).toEqual([expect.closeTo(36, 3), expect.closeTo(900, 2)])
  })

  it('follow from classes, of labels and of one-hot rows', async () => {
    const x = layers.input([2])
    const model = functional({ inputs: x, outputs: layers.activation('softmax')(x) })
    const points = [
      [1, 0],
      [0, 2],
      [3, 0],
    ]
    const losses = [Math.log(1 + Math.exp(-1)), Math.log(1 + Math.exp(-2)), Math.log(1 + Math.exp(3))]
    const weighted = (losses[0] + 10 * losses[1] + 10 * losses[2]) / 3
    const labels = [0, 1, 1]
    const oneHot = labels.map((label) => [1 - label, label])
    const options = { classWeight: { 1: 10 } }
    for (const [loss, y] of [
      ['sparse_categorical_crossentropy', labels],
      ['categorical_crossentropy', oneHot],
    ] as const) {
      model.compile({ loss, optimizer: still() })
      const { history } = await model.fit(points, y as number[][], { ...silent, ...options, shuffle: false })
      expect(history.loss[0]).toBeCloseTo(weighted, 4)
    }
    await expect(
      model.fit(points, oneHot, { ...silent, ...options, sampleWeight: [1, 1, 1] }),
    ).rejects.toThrow(/sampleWeight or classWeight, received both/)
    await expect(
      model.fit(points, oneHot, { ...silent, classWeight: new Map([[0, 5]]) as never }),
    ).rejects.toThrow(/expected classWeight as an object.*received a Map of 1/)
    await expect(model.fit(points, oneHot, { ...silent, classWeight: 'balanced' as never })).rejects.toThrow(
      /expected classWeight as an object.*received 'balanced'/,
    )
    await expect(model.fit(points, oneHot, { ...silent, classWeight: { 0: -1 } })).rejects.toThrow(
      /classWeight of at least 0 for class 0/,
    )
  })

  it('are split with the samples', async () => {
    const { a: x, double } = pair()
    const model = functional({ inputs: x, outputs: double })
    model.compile({ loss: 'mse', optimizer: still() })
    const { history } = await model.fit(a, zeros, {
      ...silent,
      sampleWeight: [1, 2, 3],
      validationSplit: 0.34,
      validationFreq: [1],
    })
    expect(history.loss[0]).toBeCloseTo(4, 4)
    expect(history.val_loss[0]).toBeCloseTo((2 * 16 + 3 * 36) / 2, 4)
  })
})

describe('on one batch', () => {
  it('tests without training, and trains with weights', async () => {
    const { a: x, double } = pair()
    const model = functional({ inputs: x, outputs: double })
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.1 }) })
    expect((await model.testOnBatch(a, zeros)).loss).toBeCloseTo(square(2, 4, 6), 4)
    expect((await model.testOnBatch(a, zeros)).loss).toBeCloseTo(square(2, 4, 6), 4)
    const { loss } = await model.trainOnBatch(a, zeros, { sampleWeight: [1, 0, 0] })
    expect(loss).toBeCloseTo(4 / 3, 4)
    expect((await model.testOnBatch(a, zeros)).loss).toBeLessThan(square(2, 4, 6))
  })
})

describe('wrong input of several outputs', () => {
  it('is named: arrays', async () => {
    const model = list()
    model.compile({ loss: 'mse', optimizer: still() })
    await expect(model.fit([a] as never, [zeros, a], silent)).rejects.toThrow(
      /x: expected a list of 2 arrays, in the order a, b, or an object with these names, received a list of 1/,
    )
    await expect(model.fit({ a, c: b }, [zeros, a], silent)).rejects.toThrow(/missing: b; unknown: c/)
    await expect(model.fit([a, [[1, 2]]], [zeros, a], silent)).rejects.toThrow(
      /expected x\['b'\] of shape \[null, 1\], received \[1, 2\]/,
    )
    await expect(model.fit([a, b], tensor(a) as never, silent)).rejects.toThrow(
      /y: expected a list of 2 arrays/,
    )
    await expect(model.fit([a, b.slice(1)], [zeros, a], silent)).rejects.toThrow(
      /received 3 samples in x\['a'\] \(\[3, 1\]\) and 2 in x\['b'\]/,
    )
    await expect(model.fit([a, b], [null, a], silent)).rejects.toThrow(
      /a loss or metric was given for output 'double', but there are no labels/,
    )
  })

  it('is named: losses and metrics', async () => {
    const model = list()
    const trained = (options: object) => {
      model.compile({ optimizer: still(), ...options })
      return model.fit([a, b], [zeros, a], silent)
    }
    await expect(trained({ loss: ['mse'] })).rejects.toThrow(
      /expected loss for 2 output\(s\) \(double, sum\), received 1/,
    )
    await expect(trained({ loss: { total: 'mse' } })).rejects.toThrow(
      /loss names an output 'total', but the model's are double, sum/,
    )
    await expect(trained({ loss: 'mse', metrics: ['mae'] })).rejects.toThrow(
      /metrics for each of 2 outputs.*a list of 1/,
    )
    await expect(trained({})).rejects.toThrow(/there is no loss to make smaller/)
    expect(() => model.compile({ loss: ['mse', 'mseee' as never] })).toThrow(ArgumentError)
    expect(() => model.compile({ loss: 'mse', metrics: { sum: ['acurracy' as never] } })).toThrow(
      /Did you mean 'accuracy'/,
    )
    expect(() => model.compile({ loss: 'mse', lossWeights: [Number.NaN, 1] })).toThrow(/finite lossWeights/)
  })
})

describe('compile', () => {
  it('takes rmsprop unless told otherwise, as Keras does', () => {
    const model = list()
    model.compile({ loss: 'mse' })
    expect(model.optimizer).toBeInstanceOf(optimizers.RMSprop)
  })
})
