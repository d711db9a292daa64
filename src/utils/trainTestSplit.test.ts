import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { tensor } from '../ops/tensor.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { setRandomSeed } from './randomSeed.js'
import { type TrainTestSplitOptions, trainTestSplit } from './trainTestSplit.js'

beforeEach(() => useExecutor(new ReferenceExecutor()))

const range = (count: number) => Array.from({ length: count }, (_, i) => i)
const sizesOf = (samples: number, options: TrainTestSplitOptions) =>
  trainTestSplit(range(samples), options).map((part) => part.length)

describe('trainTestSplit', () => {
  it('splits arrays of all kinds alike, into copies of their kind', async () => {
    const x = tensor(
      new Uint8Array(24).map((_, i) => i),
      { shape: [8, 3] },
    )
    const [xTrain, xTest, yTrain, yTest, rowsTrain, rowsTest, namesTrain, namesTest] = trainTestSplit(
      x,
      Int32Array.from(range(8)),
      range(8).map((i) => [i, -i]),
      range(8).map(String),
      { testSize: 3, seed: 1 },
    )
    expectTypeOf(xTrain).toEqualTypeOf<Tensor>()
    expectTypeOf(yTest).toEqualTypeOf<Int32Array<ArrayBuffer>>()
    expectTypeOf(rowsTrain).toEqualTypeOf<number[][]>()
    expectTypeOf(namesTest).toEqualTypeOf<string[]>()
    expect([xTrain.shape, xTest.shape]).toEqual([
      [5, 3],
      [3, 3],
    ])
    expect(xTrain.dtype).toBe('uint8')
    expect([...yTrain, ...yTest].sort()).toEqual(range(8))
    expect(await xTest.array()).toEqual([...yTest].map((i) => [3 * i, 3 * i + 1, 3 * i + 2]))
    expect(rowsTrain).toEqual([...yTrain].map((i) => [i, -i]))
    expect(rowsTest).toEqual([...yTest].map((i) => [i, -i]))
    expect(namesTrain).toEqual([...yTrain].map(String))
    expect(namesTest).toEqual([...yTest].map(String))
    expect(yTrain).toBeInstanceOf(Int32Array)
  })

  // What scikit-learn 1.9.1 gives.
  it.each([
    [10, {}, [7, 3]],
    [10, { testSize: 0.2 }, [8, 2]],
    [11, { testSize: 0.2 }, [8, 3]],
    [10, { trainSize: 0.66 }, [6, 4]],
    [10, { testSize: 3 }, [7, 3]],
    [10, { trainSize: 4 }, [4, 6]],
    [10, { testSize: 0.25, trainSize: 0.5 }, [5, 3]],
    [10, { testSize: 2, trainSize: 3 }, [3, 2]],
    [10, { testSize: 0.5, trainSize: 1 }, [1, 5]],
    [3, { testSize: 0.01 }, [2, 1]],
  ])("has scikit-learn's sizes: %d samples, %j gives %j", (samples, options, sizes) => {
    expect(sizesOf(samples, options)).toEqual(sizes)
  })

  it('takes the tail where nothing is drawn', () => {
    expect(trainTestSplit(range(5), { shuffle: false, testSize: 2 })).toEqual([
      [0, 1, 2],
      [3, 4],
    ])
    expect(trainTestSplit(range(6), { shuffle: false, testSize: 2, trainSize: 3 })).toEqual([
      [0, 1, 2],
      [3, 4],
    ])
  })

  it('draws the same for the same seed, its own or that of all', () => {
    const split = (options: TrainTestSplitOptions = {}) => trainTestSplit(range(50), options)[1]
    expect(split({ seed: 1 })).toEqual(split({ seed: 1 }))
    expect(split({ seed: 1 })).not.toEqual(split({ seed: 2 }))
    setRandomSeed(5)
    const [first, second] = [split(), split()]
    expect(first).not.toEqual(second)
    setRandomSeed(5)
    expect(split()).toEqual(first)
  })

  it('spreads classes: numbers, names, one-hot rows, tensors', () => {
    const labels = range(40).map((i) => (i < 30 ? 0 : 1))
    const forms = [
      labels,
      Uint8Array.from(labels),
      labels.map((label) => ['cat', 'dog'][label]),
      labels.map((label) => [1 - label, label]),
      tensor(labels),
      tensor(labels.map((label) => [label])),
      tensor(labels.map((label) => [1 - label, label])),
    ]
    for (const stratify of forms) {
      const [train, test] = trainTestSplit(labels, { testSize: 0.2, stratify, seed: 1 })
      const ones = (part: readonly number[]) => part.reduce((sum, label) => sum + label, 0)
      expect([train.length, ones(train), test.length, ones(test)]).toEqual([32, 8, 8, 2])
    }
  })

  it('names what does not fit', () => {
    const split = trainTestSplit as unknown as (...given: unknown[]) => unknown
    expect(() => split()).toThrow(
      /expected tensors, arrays or typed arrays, and then options, received no array/,
    )
    expect(() => split({ testSize: 0.2 })).toThrow(/received no array/)
    expect(() => split('x', [1, 2])).toThrow(/received 'x'/)
    expect(() => split([1, 2], { test_size: 0.5 })).toThrow(/Write 'testSize'/)
    expect(() => split(new Float32Array(20), new Int32Array(10))).toThrow(
      /expected as many samples in all arrays, received 20, 10.*make it a tensor/,
    )
    for (const testSize of [0, 1.5, -1, 10, Number.NaN, 1.0000001]) {
      expect(() => split(range(10), { testSize })).toThrow(
        /expected testSize as a fraction above 0 and below 1, or as a number of samples below 10, received/,
      )
    }
    expect(() => split(range(10), { testSize: 0.6, trainSize: 0.6 })).toThrow(
      /cannot take 6 samples to train on and 6 to test with out of 10/,
    )
    expect(() => split([1])).toThrow(/cannot take 0 samples to train on and 1/)
    expect(() => split([])).toThrow(/cannot take 0/)
    expect(() => split(tensor(3))).toThrow(/expected an axis of samples first/)
    expect(() => split(add(tensor([1, 2]), 1))).toThrow(/is not computed yet. Read it first/)
    expect(() => split(range(4), { stratify: [0, 1], testSize: 2 })).toThrow(
      /the class of each of 4 samples, received 2 classes/,
    )
    expect(() => split(range(4), { stratify: [0, 0, 0, 7], testSize: 2 })).toThrow(/class 7 has one sample/)
    expect(() => split(range(6), { stratify: [0, 0, 1, 1, 2, 2], testSize: 2 })).toThrow(
      /2 samples of a part cannot hold 3 classes/,
    )
    expect(() => split(range(4), { stratify: [0, 0, 1, 1], shuffle: false })).toThrow(/needs shuffle: true/)
  })

  it('splits a tensor once it was read', async () => {
    const sum = add(tensor([1, 2, 3, 4]), 1)
    await sum.data()
    expect(await trainTestSplit(sum, { shuffle: false, testSize: 1 })[1].array()).toEqual([5])
  })
})
