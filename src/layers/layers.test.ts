import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import { tensor } from '../ops/tensor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { type LayerCase, runLayerTest, sampleTensor } from '../testing/runLayerTest.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import * as layers from './index.js'

const cases: Record<string, LayerCase> = {
  dense: {
    make: () => layers.dense(5, { activation: 'tanh', biasInitializer: 'ones' }),
    inputShape: [3, 4],
    outputShape: [3, 5],
    weightShapes: [[4, 5], [5]],
  },
  'dense without bias on a sequence': {
    make: () => layers.dense(2, { useBias: false, kernelInitializer: 'he_normal' }),
    inputShape: [2, 3, 4],
    outputShape: [2, 3, 2],
    weightShapes: [[4, 2]],
  },
  conv2d: {
    make: () => layers.conv2d(3, 2, { activation: 'sigmoid' }),
    inputShape: [2, 5, 4, 2],
    outputShape: [2, 4, 3, 3],
    weightShapes: [[2, 2, 2, 3], [3]],
  },
  'conv2d same, strided, no bias': {
    make: () => layers.conv2d(2, [3, 2], { strides: [2, 1], padding: 'same', useBias: false }),
    inputShape: [1, 5, 4, 2],
    outputShape: [1, 3, 4, 2],
    weightShapes: [[3, 2, 2, 2]],
  },
  'conv2d dilated, in groups': {
    make: () => layers.conv2d(4, 2, { dilationRate: 2, groups: 2 }),
    inputShape: [1, 4, 5, 2],
    outputShape: [1, 2, 3, 4],
    weightShapes: [[2, 2, 1, 4], [4]],
  },
  maxPooling2d: {
    make: () => layers.maxPooling2d(2),
    inputShape: [2, 5, 4, 3],
    outputShape: [2, 2, 2, 3],
  },
  'averagePooling2d same': {
    make: () => layers.averagePooling2d(3, { strides: 2, padding: 'same' }),
    inputShape: [2, 5, 4, 3],
    outputShape: [2, 3, 2, 3],
  },
  flatten: { make: () => layers.flatten(), inputShape: [2, 3, 4, 2], outputShape: [2, 24] },
  activation: { make: () => layers.activation('softmax'), inputShape: [2, 3], outputShape: [2, 3] },
  'dropout in training': {
    make: () => layers.dropout(0.5),
    inputShape: [4, 6],
    outputShape: [4, 6],
    options: { training: true },
  },
  'dropout in inference': { make: () => layers.dropout(0.5), inputShape: [4, 6], outputShape: [4, 6] },
  rescaling: {
    make: () => layers.rescaling(1 / 255, { offset: -0.5 }),
    inputShape: [2, 3],
    outputShape: [2, 3],
  },
  identity: { make: () => layers.identity(), inputShape: [2, 3], outputShape: [2, 3] },
  'identity of a list': {
    make: () => layers.identity<readonly Tensor[]>(),
    inputShape: [
      [2, 3],
      [2, 5],
    ],
    outputShape: [
      [2, 3],
      [2, 5],
    ],
  },
  input: { make: () => layers.input([2, 3]), inputShape: [4, 2, 3], outputShape: [4, 2, 3] },
}

describe('every layer', () => {
  it.each(Object.entries(cases))('%s keeps its promises', (_, layerCase) => runLayerTest(layerCase))
})

describe('layers compute', () => {
  it('dense: x kernel + bias', () => {
    const layer = layers.dense(2)
    layer.build([null, 2])
    layer.weights[0].write([1, 2, 3, 4])
    layer.weights[1].write([10, 20])
    expect(referenceValues(layer(tensor([[1, 1]])))).toEqual([14, 26])
  })

  it("conv2d: the course's 6x6 example", () => {
    const image = ['100001', '010010', '001100', '100010', '010010', '001010'].map((row) =>
      [...row].map(Number),
    )
    const filter = [1, -1, -1, -1, 1, -1, -1, -1, 1]
    const convolve = (strides: number) => {
      const layer = layers.conv2d(1, 3, { strides, kernelInitializer: () => filter })
      return referenceValues(layer(tensor(image.flat(), { shape: [1, 6, 6, 1] })))
    }
    expect(convolve(1)).toEqual([3, -1, -3, -1, -3, 1, 0, -3, -3, -3, 0, 1, 3, -2, -2, -1])
    expect(convolve(2)).toEqual([3, -3, -3, 0])
  })

  it('rescaling: bytes to fractions, in float32', () => {
    const bytes = [0, 51, 255]
    const values = referenceValues(
      layers.rescaling(1 / 255)(tensor(new Uint8Array(bytes), { shape: [1, 3] })),
    )
    expect(values).toEqual(bytes.map((byte) => byte * Math.fround(1 / 255)))
  })

  it('takes integers as numbers', () => {
    const bytes = tensor(new Uint8Array([200, 100]), { shape: [1, 2] })
    expect(referenceValues(layers.dense(1, { kernelInitializer: 'ones' })(bytes))).toEqual([300])
  })

  it('averages only what is inside the image', () => {
    const ones = tensor(new Float32Array(9).fill(1), { shape: [1, 3, 3, 1] })
    expect(referenceValues(layers.averagePooling2d(2, { padding: 'same' })(ones))).toEqual([1, 1, 1, 1])
  })

  it('takes a layer, a function or a name as activation', () => {
    const x = tensor([[-2, 3]])
    const withActivation = (activation: layers.DenseOptions['activation']) =>
      referenceValues(layers.dense(2, { kernelInitializer: () => [1, 0, 0, 1], activation })(x))
    expect(withActivation('relu')).toEqual([0, 3])
    expect(withActivation(layers.activation('relu'))).toEqual([0, 3])
    expect(withActivation((z) => z)).toEqual([-2, 3])
  })
})

describe("Keras's other names", () => {
  it('are the same classes, and make them', () => {
    const { Conv2D, Convolution2D, MaxPooling2D, MaxPool2D, AveragePooling2D, AvgPool2D } = layers
    expect([Convolution2D, MaxPool2D, AvgPool2D]).toEqual([Conv2D, MaxPooling2D, AveragePooling2D])
    expect(layers.GlobalAvgPool2D).toBe(layers.GlobalAveragePooling2D)
    const names = Object.keys(layers)
    const functions = names.filter((name) => /^[a-z]\w*(?:olution|Pool)\dd/.test(name))
    expect(functions.length).toBe(20)
    for (const name of functions) {
      expect(
        names.map((each) => each.toLowerCase()).filter((each) => each === name.toLowerCase()),
      ).toHaveLength(2)
    }
    expect(new MaxPool2D(3).getConfig().pool_size).toEqual([3, 3])
  })
})

describe('dropout', () => {
  it('keeps the expectation: zeros at its rate, the rest scaled', () => {
    setRandomSeed(1)
    const ones = tensor(new Float32Array(4000).fill(1), { shape: [40, 100] })
    const values = referenceValues(layers.dropout(0.2)(ones, { training: true }))
    expect([...new Set(values.map(Math.fround))].sort()).toEqual([0, 1.25])
    const dropped = values.filter((value) => value === 0).length / values.length
    expect(Math.abs(dropped - 0.2)).toBeLessThan(0.02)
  })

  it('shares decisions along axes of the noise shape', () => {
    const x = tensor(new Float32Array(60).fill(1), { shape: [6, 10] })
    const values = referenceValues(
      layers.dropout(0.5, { noiseShape: [null, 1], seed: 3 })(x, { training: true }),
    )
    for (let row = 0; row < 6; row++) expect(new Set(values.slice(row * 10, row * 10 + 10)).size).toBe(1)
    expect(new Set(values).size).toBe(2)
  })

  it('drops all at rate 1', () => {
    expect(referenceValues(layers.dropout(1)(tensor([[1, 2]]), { training: true }))).toEqual([0, 0])
  })

  it('refuses rates outside [0, 1]', () => {
    expect(() => layers.dropout(50)).toThrow(
      /Layer 'dropout.*' \(Dropout\): expected a rate from 0 to 1, received 50/,
    )
  })
})

describe('wrong input', () => {
  it('names the layer, the shapes and the fix', () => {
    const conv = layers.conv2d(2, 3, { name: 'c1' })
    expect(() => conv(sampleTensor([2, 28, 28]))).toThrow(
      /Layer 'c1' \(Conv2D\): expected an input of rank 4, \[batch, height, width, channels\]; received shape \[2, 28, 28\]\. If an axis is missing/,
    )
    expect(() => conv(sampleTensor([1, 2, 2, 1]))).toThrow(/Layer 'c1' .*window of 3 does not fit/)
    const dense = layers.dense(3, { name: 'd1' })
    expect(() => dense(sampleTensor([4]))).toThrow(/Layer 'd1' .*rank 2 or more/)
    dense(sampleTensor([1, 4]))
    expect(() => dense(sampleTensor([1, 5]))).toThrow(
      /Layer 'd1' .*expected size 4 on axis -1.*received shape \[1, 5\]/,
    )
    expect(() => layers.dense(2).build([null, null])).toThrow(/known number of inputs/)
  })

  it('checks options', () => {
    expect(() => layers.dense(0)).toThrow(/units: expected an integer of at least 1, received 0/)
    expect(() => layers.conv2d(2, [3])).toThrow(/kernelSize: expected an integer of at least 1, or 2 of them/)
    expect(() => layers.conv2d(3, 3, { groups: 2 })).toThrow(/divide by the groups/)
    expect(() => layers.conv2d(3, 3, { strides: 2, dilationRate: 2 })).toThrow(/cannot both be above 1/)
    expect(() => layers.maxPooling2d(2, { padding: 'full' as 'same' })).toThrow(
      /'valid' or 'same', received 'full'/,
    )
  })

  it('refuses settings of a config that would give other numbers', () => {
    const config = layers.flatten({ name: 'f1' }).getConfig()
    expect(() =>
      layers.deserialize({ class_name: 'Flatten', config: { ...config, data_format: 'channels_first' } }),
    ).toThrow(/Layer 'f1' \(Flatten\): data_format: expected "channels_last".*received "channels_first"/)
    expect(() => layers.deserialize({ class_name: 'BatchNormalization', config: { renorm: true } })).toThrow(
      /renorm: expected false/,
    )
  })

  it('knows nearest class names in configs', () => {
    expect(() => layers.deserialize({ class_name: 'Desne', config: {} })).toThrow(/Did you mean 'Dense'/)
  })
})
