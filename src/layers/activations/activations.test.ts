import { describe, expect, it } from 'vitest'
import { ones, tensor } from '../../ops/tensor.js'
import { referenceValues } from '../../testing/referenceEvaluate.js'
import { type LayerCase, runLayerTest, sampleTensor } from '../../testing/runLayerTest.js'
import { setRandomSeed } from '../../utils/randomSeed.js'
import * as layers from '../index.js'
import { withMask } from '../masks.js'

const same = { inputShape: [3, 4], outputShape: [3, 4] }
const cases: Record<string, LayerCase> = {
  relu: { make: () => layers.relu(), ...same },
  'relu with all options': {
    make: () => layers.relu({ maxValue: 0.6, negativeSlope: 0.1, threshold: 0.2 }),
    ...same,
  },
  leakyRelu: { make: () => layers.leakyRelu(), ...same },
  elu: { make: () => layers.elu(0.5), ...same },
  prelu: {
    make: () => layers.prelu({ alphaInitializer: 'uniform' }),
    inputShape: [3, 4, 2],
    outputShape: [3, 4, 2],
    weightShapes: [[4, 2]],
  },
  'prelu with shared axes': {
    make: () => layers.prelu({ alphaInitializer: 'uniform', sharedAxes: [1, 2] }),
    inputShape: [2, 3, 4, 5],
    outputShape: [2, 3, 4, 5],
    weightShapes: [[1, 1, 5]],
  },
  'rrelu in training': { make: () => layers.rrelu({ seed: 2 }), ...same, options: { training: true } },
  'rrelu in inference': { make: () => layers.rrelu(), ...same },
  softmax: { make: () => layers.softmax(), ...same },
  'softmax over two axes': {
    make: () => layers.softmax({ axis: [1, 2] }),
    inputShape: [2, 3, 4],
    outputShape: [2, 3, 4],
  },
  maxout: { make: () => layers.maxout(3), inputShape: [2, 5, 6], outputShape: [2, 5, 2] },
}

const values = referenceValues

describe('activation layers', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => runLayerTest(layerCase))

  const x = tensor([[-2, -1, 0, 1, 2]])

  it('compute their formulas', () => {
    expect(values(layers.relu({ maxValue: 1.5, negativeSlope: 0.5, threshold: 1 })(x))).toEqual([
      -1.5, -1, -0.5, 0, 1.5,
    ])
    expect(values(layers.leakyRelu(0.25)(x))).toEqual([-0.5, -0.25, 0, 1, 2])
    expect(values(layers.elu(2)(x))[0]).toBeCloseTo(2 * (Math.exp(-2) - 1), 12)
    expect(values(layers.maxout(2)(tensor([[1, 3, -2, -5]])))).toEqual([3, -2])
  })

  it("take Keras's slope unless told: 0.3, where the activation has 0.2", () => {
    expect(values(layers.leakyRelu()(x))[0]).toBeCloseTo(-0.6, 6)
    expect(layers.leakyRelu().getConfig()).toMatchObject({ negative_slope: 0.3 })
  })

  it('are used in three ways, which are one', () => {
    const kernel = [2, 0, 0, -2]
    const sums = { kernelInitializer: () => kernel }
    const input = tensor([[1, 3]])
    const byName = layers.dense(2, { ...sums, activation: 'leaky_relu' })
    const byObject = layers.dense(2, { ...sums, activation: layers.leakyRelu(0.2) })
    // As a layer of its own, with normalisation in between: what it gives is normalised before.
    const normalization = layers.batchNormalization({ epsilon: 0 })
    const behind = [layers.dense(2, sums), normalization, layers.leakyRelu(0.2)]
    const outputs = [
      byName(input),
      byObject(input),
      behind.reduce((value, layer) => layer(value) as typeof input, input),
    ].map(values)
    expect(outputs[0]).toEqual([2, Math.fround(0.2) * -6])
    expect(outputs[1]).toEqual(outputs[0])
    expect(outputs[2]).toEqual(outputs[0])
  })

  it('read the slope under the name that Keras 2 gave it', () => {
    const layer = layers.deserialize({ class_name: 'LeakyReLU', config: { alpha: 0.125 } })
    expect(layer.getConfig()).toMatchObject({ negative_slope: 0.125 })
  })

  it('learn one slope for each feature, or one for all that share it', () => {
    const layer = layers.prelu({ sharedAxes: 1, alphaInitializer: () => [0.5, 0.25] })
    expect(
      values(
        layer(
          tensor([
            [
              [-1, -1],
              [-2, -2],
            ],
          ]),
        ),
      ),
    ).toEqual([-0.5, -0.25, -1, -0.5])
    expect(() => layers.prelu({ sharedAxes: [0] })(x)).toThrow(/sharedAxes: expected axes from 1 to 1/)
  })

  it('draw slopes for RReLU in training, within their bounds, and take the mean in inference', () => {
    setRandomSeed(1)
    const layer = layers.rrelu({ lower: 0.1, upper: 0.5 })
    const negative = tensor(new Float32Array(4000).fill(-1), { shape: [40, 100] })
    const slopes = values(layer(negative, { training: true })).map((value) => -value)
    expect(Math.min(...slopes)).toBeGreaterThanOrEqual(0.1)
    expect(Math.max(...slopes)).toBeLessThan(0.5)
    const mean = slopes.reduce((a, b) => a + b, 0) / slopes.length
    expect(Math.abs(mean - 0.3)).toBeLessThan(0.01)
    expect(new Set(slopes).size).toBeGreaterThan(3900)
    expect(new Set(values(layer(negative)).map(Math.fround))).toEqual(new Set([Math.fround(-0.3)]))
    // What is positive passes as it is, in training too.
    expect(new Set(values(layer(ones([10, 10]), { training: true })))).toEqual(new Set([1]))
  })

  it('take what a mask leaves out of the softmax', () => {
    const scores = tensor([[1, 2, 3]])
    const mask = tensor([[true, true, false]])
    const [a, b, c] = values(layers.softmax()([scores, mask]))
    expect([a + b, c]).toEqual([1, 0])
    expect(b / a).toBeCloseTo(Math.E, 6)
    expect(values(layers.softmax()(withMask(tensor([[1, 2, 3]]), mask)))).toEqual([a, b, c])
    // Where nothing counts there is nothing, rather than NaN.
    expect(values(layers.softmax()([scores, tensor([[false]])]))).toEqual([0, 0, 0])
    const symbol = layers.softmax()([layers.input([3]), layers.input([3])])
    expect(symbol.shape).toEqual([null, 3])
  })

  it('say what does not fit', () => {
    expect(() => layers.relu({ maxValue: -1 })).toThrow(
      /\(ReLU\): maxValue: expected a number of at least 0, received -1/,
    )
    expect(() => layers.leakyRelu(Number.NaN)).toThrow(/negativeSlope/)
    expect(() => layers.rrelu({ lower: 0.5, upper: 0.1 })).toThrow(
      /lower <= upper, received lower 0.5 and upper 0.1/,
    )
    expect(() => layers.softmax()([sampleTensor([2, 3]), tensor([[true, false]])])).toThrow(
      /mask that broadcasts to the input \[2, 3\], received \[1, 2\]/,
    )
    expect(() => layers.maxout(4)(sampleTensor([2, 6]))).toThrow(
      /Layer 'maxout.*last axis that divides by 4 pieces/,
    )
    expect(() => layers.maxout(0)).toThrow(/pieces: expected an integer of at least 1/)
  })
})
