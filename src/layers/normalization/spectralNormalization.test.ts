import { describe, expect, it } from 'vitest'
import { optimizers } from '../../index.js'
import * as models from '../../models/index.js'
import { multiply } from '../../ops/multiply.js'
import { type LayerCase, runLayerTest, sampleTensor } from '../../testing/runLayerTest.js'
import { setRandomSeed } from '../../utils/randomSeed.js'
import * as layers from '../index.js'

const cases: Record<string, LayerCase> = {
  'of a dense layer': {
    make: () => layers.spectralNormalization(layers.dense(3, { activation: 'tanh' })),
    inputShape: [2, 4],
    outputShape: [2, 3],
    weightShapes: [[4, 3], [1, 3], [3]],
  },
  'of a convolution': {
    make: () => layers.spectralNormalization(layers.conv2d(2, 2), { powerIterations: 3 }),
    inputShape: [1, 3, 4, 2],
    outputShape: [1, 2, 3, 2],
    weightShapes: [[2, 2, 2, 2], [1, 2], [2]],
  },
}

/** The largest factor by which a matrix of two columns stretches a vector, from the eigenvalues of its square. */
function spectralNorm(matrix: ArrayLike<number>): number {
  let [a, b, d] = [0, 0, 0]
  for (let row = 0; row < matrix.length; row += 2) {
    a += matrix[row] ** 2
    b += matrix[row] * matrix[row + 1]
    d += matrix[row + 1] ** 2
  }
  return Math.sqrt((a + d) / 2 + Math.sqrt(((a - d) / 2) ** 2 + b ** 2))
}

describe('SpectralNormalization', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => runLayerTest(layerCase))

  it('brings the norm to 1 in training, and leaves the kernel alone in inference', async () => {
    setRandomSeed(3)
    const dense = layers.dense(2, { kernelInitializer: () => [3, 1, -2, 4, 0.5, 5] })
    const model = models.sequential([layers.input([3]), layers.spectralNormalization(dense)])
    const kernel = async () => Array.from((await dense.getWeights())[0] ? await dense.weights[0].data() : [])
    await model.predict([[1, 2, 3]])
    expect(await kernel()).toEqual([3, 1, -2, 4, 0.5, 5])
    // Steps that learn nothing still normalise.
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0 }) })
    const before = spectralNorm(await kernel())
    for (let step = 0; step < 12; step++) await model.trainOnBatch([[1, 2, 3]], [[0, 0]])
    const after = await kernel()
    expect(before).toBeGreaterThan(5)
    expect(spectralNorm(after)).toBeCloseTo(1, 4)
    // The direction stays: all is divided by one number.
    after.forEach((value, i) => expect(value / after[0]).toBeCloseTo([3, 1, -2, 4, 0.5, 5][i] / 3, 4))
  })

  it('learns by the gradient of the divided kernel', async () => {
    const dense = layers.dense(1, { kernelInitializer: () => [2], useBias: false })
    const model = models.sequential([layers.input([1]), layers.spectralNormalization(dense)])
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.1 }) })
    await model.trainOnBatch([[1]], [[3]])
    // The kernel becomes 1, the output 1, the gradient of (1 - 3)^2 is -4.
    expect((await dense.weights[0].data())[0]).toBeCloseTo(1.4, 5)
  })

  it('leaves a kernel of zeros as it is', async () => {
    const dense = layers.dense(2, { kernelInitializer: 'zeros', useBias: false })
    const model = models.sequential([layers.input([2]), layers.spectralNormalization(dense)])
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0 }) })
    await model.trainOnBatch([[1, 1]], [[1, 1]])
    expect(Array.from(await dense.weights[0].data())).toEqual([0, 0, 0, 0])
  })

  it('takes embeddings, and layers with neither kernel nor embeddings not', () => {
    const words = layers.spectralNormalization(layers.embedding(5, 3, { maskZero: true }))
    expect(words(sampleTensor([2, 4])).shape).toEqual([2, 4, 3])
    expect(() => layers.spectralNormalization(layers.flatten())(sampleTensor([2, 3]))).toThrow(
      /expected a layer with a kernel or embeddings, received <Flatten/,
    )
    const fn = ((x: never) => multiply(x, 2)) as unknown as layers.Layer
    expect(() => layers.spectralNormalization(fn)).toThrow(/expected a layer such as layers.dense\(10\)/)
  })
})
