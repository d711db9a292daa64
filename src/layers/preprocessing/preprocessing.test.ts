import { describe, expect, it } from 'vitest'
import type { Tensor } from '../../graph/tensor.js'
import * as models from '../../models/index.js'
import { tensor } from '../../ops/tensor.js'
import { referenceValues } from '../../testing/referenceEvaluate.js'
import { type LayerCase, runLayerTest, sampleTensor } from '../../testing/runLayerTest.js'
import * as layers from '../index.js'

const cases: Record<string, LayerCase> = {
  categoryEncoding: {
    make: () => layers.categoryEncoding(5, { outputMode: 'one_hot' }),
    inputShape: [2, 3],
    outputShape: [2, 3, 5],
  },
  'categoryEncoding of sets': {
    make: () => layers.categoryEncoding(5),
    inputShape: [2, 3],
    outputShape: [2, 5],
  },
  normalization: {
    make: () => layers.normalization(),
    inputShape: [3, 4],
    outputShape: [3, 4],
    weightShapes: [[4], [4], []],
  },
  'normalization over two axes, given': {
    make: () => layers.normalization({ axis: [1, -1], mean: [1, 2], variance: [4, 9] }),
    inputShape: [2, 3, 4, 2],
    outputShape: [2, 3, 4, 2],
  },
  'normalization with one mean, inverted': {
    make: () => layers.normalization({ axis: null, mean: 0.5, variance: 4, invert: true }),
    inputShape: [2, 3],
    outputShape: [2, 3],
  },
  zcaWhitening: {
    make: () => layers.zcaWhitening(),
    inputShape: [2, 3, 2],
    outputShape: [2, 3, 2],
    weightShapes: [[6], [6, 6]],
  },
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const variance = (values: readonly number[]) => mean(values.map((value) => (value - mean(values)) ** 2))
const column = (values: readonly number[], at: number, of: number) => values.filter((_, i) => i % of === at)
const rows = (x: Tensor, begin: number, end: number) => {
  const size = x.size / x.shape[0]
  return tensor(Float32Array.from(referenceValues(x).slice(begin * size, end * size)), {
    shape: [end - begin, ...x.shape.slice(1)],
  })
}

describe('preprocessing layers', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => runLayerTest(layerCase))
})

describe('Normalization', () => {
  it('gives each feature mean 0 and variance 1', async () => {
    const x = sampleTensor([50, 3])
    const layer = layers.normalization()
    await layer.adapt(x)
    const output = referenceValues(layer(x))
    for (const at of [0, 1, 2]) {
      expect(mean(column(output, at, 3))).toBeCloseTo(0, 6)
      expect(variance(column(output, at, 3))).toBeCloseTo(1, 5)
    }
  })

  it("computes Keras's examples", async () => {
    const one = layers.normalization({ axis: null })
    await one.adapt([1, 2, 3, 4, 5])
    referenceValues(one(tensor([1, 2, 3]))).forEach((value, i) =>
      expect(value).toBeCloseTo([-Math.SQRT2, -Math.SQRT1_2, 0][i], 6),
    )
    const data = [
      [0, 7, 4],
      [2, 9, 6],
      [0, 7, 4],
      [2, 9, 6],
    ]
    const each = layers.normalization()
    await each.adapt(data)
    expect(referenceValues(each(tensor([[0, 7, 4]])))).toEqual([-1, -1, -1])
    const back = layers.normalization({ invert: true })
    await back.adapt(data)
    expect(referenceValues(back(tensor([[1, 2, 3]])))).toEqual([2, 10, 8])
  })

  it('finds the same statistics in memory, in batches and in streams, whatever their sizes', async () => {
    const x = sampleTensor([40, 2, 3])
    const parts = [rows(x, 0, 7), rows(x, 7, 8), rows(x, 8, 40)]
    async function* stream() {
      for (const part of parts) yield [part, 'labels'] as const
    }
    const adapted = async (data: layers.AdaptData) => {
      const layer = layers.normalization({ axis: [1, 2] })
      await layer.adapt(data)
      return layer.weights.slice(0, 2).flatMap(({ host }) => Array.from(host ?? []))
    }
    const whole = await adapted(x)
    const output = (await x.array()) as number[][][]
    expect(whole[4]).toBeCloseTo(mean(output.map((sample) => sample[1][1])), 7)
    for (const data of [parts, stream(), parts.map((part) => ({ x: part }))]) {
      ;(await adapted(data)).forEach((value, i) => expect(value).toBeCloseTo(whole[i], 6))
    }
  })

  it('loses nothing of small differences between large numbers', async () => {
    const layer = layers.normalization()
    await layer.adapt([tensor([[16_777_210], [16_777_212]]), tensor([[16_777_214], [16_777_216]])])
    expect(layer.weights.slice(0, 2).map(({ host }) => host?.[0])).toEqual([Math.fround(16_777_213), 5])
  })

  it('cuts typed arrays into samples of the shape that it was built for, and keeps bytes', async () => {
    const layer = layers.normalization()
    layer.build([null, 2, 2])
    await layer.adapt(new Uint8Array([0, 10, 20, 30, 2, 12, 22, 32]))
    expect(Array.from(layer.weights[0].host ?? [])).toEqual([11, 21])
  })

  it('brings values into ranges, and constant features to 0', async () => {
    // [0, 1] and [-1, 1] are this with the range's ends for mean and deviation.
    const bytes = tensor([[0, 127.5, 255]])
    const unit = layers.normalization({ axis: null, mean: 0, variance: 255 ** 2 })
    expect(referenceValues(unit(bytes))).toEqual([0, 0.5, 1])
    const centred = layers.normalization({ axis: null, mean: 127.5, variance: 127.5 ** 2 })
    expect(referenceValues(centred(bytes))).toEqual([-1, 0, 1])
    referenceValues(layers.rescaling(1 / 127.5, { offset: -1 })(bytes)).forEach((value, i) =>
      expect(value).toBeCloseTo([-1, 0, 1][i], 6),
    )
    const constant = layers.normalization()
    await constant.adapt([[3], [3]])
    expect(referenceValues(constant(tensor([[3]])))).toEqual([0])
  })

  it('scales channels by numbers of their own, as Keras writes them', async () => {
    const config = { name: 'scaled', scale: [0.1, 0.2, 0.3], offset: [1, 2, 3] }
    const layer = layers.deserialize({ class_name: 'Rescaling', config })
    expect(layer.getConfig()).toMatchObject(config)
    const model = models.sequential([layers.input([2, 3]), layer as unknown as layers.Layer])
    const received = await (
      await model.predict([
        [
          [10, 10, 10],
          [0, 0, 1],
        ],
      ])
    ).data()
    ;[2, 4, 6, 1, 2, 3.3].forEach((value, i) => expect(received[i]).toBeCloseTo(value, 6))
    expect(() => layers.rescaling([0.5, 0.5])(tensor([[1, 2, 3]]))).toThrow(/expected size 2 on axis -1/)
    expect(() => layers.rescaling([1, Number.NaN])).toThrow(/scale: expected a finite number/)
  })

  it('works inside a model that is built already, and comes back from its config', async () => {
    const layer = layers.normalization()
    const model = models.sequential([layers.input([2]), layer])
    await layer.adapt([
      [1, 10],
      [3, 30],
    ])
    expect(await (await model.predict([[3, 10]])).array()).toEqual([[1, -1]])
    const given = layers.normalization({ axis: [1, 2], mean: [[1], [2]], variance: [[1], [4]] })
    const again = layers.deserialize(JSON.parse(JSON.stringify(models.serialize(given))))
    expect(again.getConfig()).toEqual(given.getConfig())
  })

  it('says what does not fit', async () => {
    expect(() => layers.normalization({ mean: 1 })).toThrow(/mean and variance together/)
    expect(() => layers.normalization({ mean: [1, 2], variance: 1 })).toThrow(/received \[2\] and \[\]/)
    expect(() => layers.normalization({ axis: 3 })(sampleTensor([2, 2]))).toThrow(
      /axis: expected axes of an input/,
    )
    const layer = layers.normalization()
    await expect(layer.adapt([])).rejects.toThrow(/expected samples to adapt to, received none/)
    await expect(layer.adapt(3 as unknown as layers.AdaptData)).rejects.toThrow(/received 3/)
    await expect(layer.adapt(new Set([7 as unknown as Tensor]))).rejects.toThrow(
      /each batch as a tensor.*received 7/,
    )
    await layer.adapt([[1, 2]])
    await expect(layer.adapt([[1, 2, 3]])).rejects.toThrow(
      /expected size 2 on axis 1.*received shape \[1, 3\]/,
    )
    const given = layers.normalization({ axis: null, mean: 1, variance: 2 })
    await expect(given.adapt([[1]])).rejects.toThrow(/its mean and variance were given/)
  })
})

describe('ZCAWhitening', () => {
  /** Covariances of features. */
  const covariances = (values: readonly number[], features: number) =>
    Array.from({ length: features ** 2 }, (_, pair) => {
      const [a, b] = [
        column(values, Math.floor(pair / features), features),
        column(values, pair % features, features),
      ]
      return mean(a.map((value, i) => (value - mean(a)) * (b[i] - mean(b))))
    })

  it('takes all correlations out, and gives variance 1', async () => {
    const noise = referenceValues(sampleTensor([300, 4]))
    // Features that are mixtures of others.
    const mixed = noise.map(
      (value, i) => 3 + value + 0.8 * noise[i - (i % 4)] + (i % 4 === 3 ? noise[i - 1] : 0),
    )
    const x = tensor(Float32Array.from(mixed), { shape: [300, 2, 2] })
    const layer = layers.zcaWhitening()
    await layer.adapt([rows(x, 0, 200), rows(x, 200, 300)])
    const output = referenceValues(layer(x))
    covariances(output, 4).forEach((value, i) => expect(value).toBeCloseTo(i % 5 === 0 ? 1 : 0, 3))
    for (const at of [0, 1, 2, 3]) expect(mean(column(output, at, 4))).toBeCloseTo(0, 5)
    // It is the one that turns nothing: its matrix is symmetric.
    const kernel = layer.kernel?.host ?? []
    for (const [i, j] of [
      [0, 1],
      [0, 3],
      [2, 3],
    ])
      expect(kernel[4 * i + j]).toBeCloseTo(kernel[4 * j + i], 5)
  })

  it('leaves directions without variance small', async () => {
    const layer = layers.zcaWhitening({ epsilon: 0.01 })
    await layer.adapt([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    // Along (1, 1) the variance is 4/3, across it 0: epsilon's 10 is the largest factor.
    const [along, across] = [1 / Math.sqrt(4 / 3 + 0.01), 10]
    const expected = [(along + across) / 2, (along - across) / 2]
    Array.from(layer.kernel?.host ?? []).forEach((value, i) =>
      expect(value).toBeCloseTo(expected[i === 0 || i === 3 ? 0 : 1], 4),
    )
    expect(() => layers.zcaWhitening({ epsilon: 0 })).toThrow(/epsilon: expected a number above 0/)
  })
})

describe('CategoryEncoding', () => {
  const numbers = tensor([0, 2, 2, 3, 1, 0], { shape: [2, 3] })

  it('marks, counts and lists', () => {
    const encode = (outputMode?: layers.EncodingMode) => layers.categoryEncoding(4, { outputMode })(numbers)
    expect([...referenceValues(encode())]).toEqual([1, 0, 1, 0, 1, 1, 0, 1])
    expect([...referenceValues(encode('count'))]).toEqual([1, 0, 2, 0, 1, 1, 0, 1])
    expect(encode('one_hot').shape).toEqual([2, 3, 4])
    const single = layers.categoryEncoding(3, { outputMode: 'one_hot' })
    expect([...referenceValues(single(tensor([2, 0], { shape: [2, 1] })))]).toEqual([0, 0, 1, 1, 0, 0])
  })

  it('is part of models, which refuse numbers outside', async () => {
    const model = models.sequential([layers.input([3]), layers.categoryEncoding(4), layers.dense(1)])
    expect((await model.predict([[0, 1, 3]])).shape).toEqual([1, 1])
    await expect(model.predict([[0, 1, 4]])).rejects.toThrow(/takes numbers from 0 to 3, received 4 in x/)
    expect(() => layers.categoryEncoding(4, { outputMode: 'int' as never })).toThrow(
      /outputMode: expected 'one_hot'/,
    )
  })
})
