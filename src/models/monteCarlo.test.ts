import { beforeEach, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import { functional } from './functional.js'
import { monteCarlo } from './monteCarlo.js'
import { sequential } from './sequential.js'

beforeEach(() => {
  useExecutor(new ReferenceExecutor())
  setRandomSeed(1)
})

const numbers = async (tensor: Tensor) => Array.from(await tensor.data())

/** The courses' own way: a layer that drops in inference too. */
class AlwaysDropout extends layers.Dropout {
  override call(inputs: Tensor, context: layers.CallContext): Tensor {
    return super.call(inputs, { ...context, training: true })
  }
}

describe('dropout in prediction', () => {
  it('draws anew at each call, by the seed of the program', async () => {
    const x = [[1, 2, 3, 4, 5, 6, 7, 8]]
    const predictions = async (seed: number) => {
      setRandomSeed(seed)
      const model = sequential([layers.input([8]), new AlwaysDropout(0.5)])
      return [await numbers(await model.predict(x)), await numbers(await model.predict(x))]
    }
    const [first, second] = await predictions(1)
    expect(first).not.toEqual(second)
    expect(await predictions(1)).toEqual([first, second])
    expect((await predictions(2))[0]).not.toEqual(first)
  })
})

describe('monteCarlo', () => {
  it('gives the mean and the spread of what dropout makes', async () => {
    // 2 b, where b of four units are kept with probability 1/2 each: mean 4, variance 4.
    const sum = layers.dense(1, { kernelInitializer: 'ones' })
    const model = sequential([layers.input([4]), layers.dropout(0.5), sum])
    const { mean, standardDeviation } = await monteCarlo(model, [[1, 1, 1, 1]], { repeats: 2000, seed: 3 })
    expect(mean.shape).toEqual([1, 1])
    expect(Math.abs((await mean.item()) - 4)).toBeLessThan(0.15)
    expect(Math.abs((await standardDeviation.item()) - 2)).toBeLessThan(0.1)
  })

  it('gives entropy and votes of classes', async () => {
    // Units of 0 or 2 with probability 1/2: (0, 0) and (2, 2) are undecided, and count for the first class.
    const model = sequential([layers.input([2]), layers.dropout(0.5), layers.activation('softmax')])
    const x = [
      [1, 1],
      [9, 0],
    ]
    const { mean, standardDeviation, entropy, votes } = await monteCarlo(model, x, { repeats: 2000, seed: 4 })
    const near = (received: number, expected: number) =>
      expect(Math.abs(received - expected)).toBeLessThan(0.03)
    const sure = 1 / (1 + Math.exp(-18))
    ;(await numbers(mean)).forEach((value, i) =>
      near(value, [0.5, 0.5, (sure + 0.5) / 2, (1.5 - sure) / 2][i]),
    )
    near((await numbers(standardDeviation))[0], (1 / (1 + Math.exp(-2)) - 0.5) / Math.SQRT2)
    const chance = (sure + 0.5) / 2
    const expected = [Math.LN2, -chance * Math.log(chance) - (1 - chance) * Math.log(1 - chance)]
    expect(entropy.shape).toEqual([2])
    ;(await numbers(entropy)).forEach((value, i) => near(value, expected[i]))
    ;(await numbers(votes)).forEach((value, i) => near(value, [0.75, 0.25, 1, 0][i]))
  })

  it('takes one unit as the probability of the second of two classes', async () => {
    const model = sequential([layers.input([1]), layers.dropout(0.5), layers.activation('sigmoid')])
    const { mean, entropy, votes } = await monteCarlo(model, [[1], [-1]], { repeats: 2000 })
    const [p, q] = await numbers(mean)
    expect(Math.abs(p - (0.5 + 1 / (1 + Math.exp(-2))) / 2)).toBeLessThan(0.02)
    expect((await numbers(entropy))[0]).toBeCloseTo(-p * Math.log(p) - (1 - p) * Math.log(1 - p), 6)
    const [high, low] = await numbers(votes)
    expect(Math.abs(high - 0.5)).toBeLessThan(0.05)
    expect([low, q < 0.5]).toEqual([0, true])
    const numbersOnly = sequential([layers.input([1]), layers.dropout(0.5)])
    expect(await (await monteCarlo(numbersOnly, [[9]])).entropy.item()).toBeNaN()
  })

  it('keeps batch normalisation to its moving statistics, and changes nothing', async () => {
    const model = sequential([layers.input([1]), layers.batchNormalization(), layers.dropout(0.5)])
    const before = await Promise.all(model.weights.map((weight) => numbers(weight.value())))
    // A batch of one value: its own statistics would make 0 of it.
    const { mean } = await monteCarlo(model, [[10], [10]], { repeats: 1000 })
    for (const value of await numbers(mean)) expect(Math.abs(value - 10 / Math.sqrt(1.001))).toBeLessThan(1)
    expect(await Promise.all(model.weights.map((weight) => numbers(weight.value())))).toEqual(before)
  })

  it('gives the same for the same seed, whatever was predicted before', async () => {
    const model = sequential([layers.input([3]), layers.dropout(0.3), layers.dense(2)])
    const x = Array.from({ length: 7 }, (_, i) => [i, 1, -i])
    const of = async (seed?: number) =>
      numbers((await monteCarlo(model, x, { repeats: 5, batchSize: 3, seed })).mean)
    const first = await of(1)
    expect(first.length).toBe(14)
    expect(await of(2)).not.toEqual(first)
    expect(await of(1)).toEqual(first)
    setRandomSeed(8)
    const drawn = [await of(), await of()]
    expect(drawn[0]).not.toEqual(drawn[1])
    setRandomSeed(8)
    expect([await of(), await of()]).toEqual(drawn)
  })

  it('refuses models of several outputs, and those in which nothing is random', async () => {
    const x = layers.input([2])
    const hidden = layers.dropout(0.5)(x)
    const two = functional({ inputs: x, outputs: [layers.dense(1)(hidden), layers.dense(1)(hidden)] })
    await expect(monteCarlo(two as never, [[1, 2]])).rejects.toThrow(/expects a model of one output/)
    const fixed = sequential([layers.input([2]), layers.dense(1)], { name: 'net' })
    await expect(monteCarlo(fixed, [[1, 2]])).rejects.toThrow(
      /Model 'net': monteCarlo expects a model with something random in training.*layers\.dropout/,
    )
    await expect(monteCarlo(fixed, [[1, 2]], { repeats: 1 })).rejects.toThrow(/repeats: expected an integer/)
  })

  it('ends between two batches when it is told to', async () => {
    const model = sequential([layers.input([2]), layers.dropout(0.5)])
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(monteCarlo(model, [[1, 2]], { signal })).rejects.toThrow('enough')
  })
})
