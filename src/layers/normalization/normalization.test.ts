import { describe, expect, it } from 'vitest'
import * as constraints from '../../constraints/index.js'
import { trace } from '../../graph/trace.js'
import * as models from '../../models/index.js'
import { tensor } from '../../ops/tensor.js'
import * as regularizers from '../../regularizers/index.js'
import { createExecutor } from '../../runtime/createExecutor.js'
import { referenceEvaluate, referenceValues } from '../../testing/referenceEvaluate.js'
import { type LayerCase, runLayerTest, sampleTensor } from '../../testing/runLayerTest.js'
import * as layers from '../index.js'
import { withMask } from '../masks.js'

const shape = [3, 4, 6]
const cases: Record<string, LayerCase> = {
  'batchNormalization in inference': {
    make: () =>
      layers.batchNormalization({ gammaInitializer: 'random_uniform', movingVarianceInitializer: 'ones' }),
    inputShape: shape,
    outputShape: shape,
    weightShapes: [[6], [6], [6], [6]],
  },
  'batchNormalization without scale, other axis': {
    make: () => layers.batchNormalization({ axis: 1, scale: false }),
    inputShape: shape,
    outputShape: shape,
    weightShapes: [[4], [4], [4]],
  },
  layerNormalization: {
    make: () => layers.layerNormalization(),
    inputShape: shape,
    outputShape: shape,
    weightShapes: [[6], [6]],
  },
  'layerNormalization over two axes': {
    make: () => layers.layerNormalization({ axis: [1, 2], center: false }),
    inputShape: shape,
    outputShape: shape,
    weightShapes: [[4, 6]],
  },
  groupNormalization: {
    make: () => layers.groupNormalization({ groups: 3 }),
    inputShape: shape,
    outputShape: shape,
    weightShapes: [[6], [6]],
  },
  'groupNormalization along another axis': {
    make: () => layers.groupNormalization({ groups: 2, axis: 1 }),
    inputShape: [2, 4, 3, 2],
    outputShape: [2, 4, 3, 2],
    weightShapes: [[4], [4]],
  },
  rmsNormalization: {
    make: () => layers.rmsNormalization(),
    inputShape: shape,
    outputShape: shape,
    weightShapes: [[6]],
  },
  'rmsNormalization over two axes': {
    make: () => layers.rmsNormalization({ axis: [2, 1], epsilon: 0.01 }),
    inputShape: shape,
    outputShape: shape,
    weightShapes: [[4, 6]],
  },
  unitNormalization: { make: () => layers.unitNormalization(), inputShape: shape, outputShape: shape },
  localResponseNormalization: {
    make: () => layers.localResponseNormalization({ depthRadius: 2, bias: 2, alpha: 1e-4, beta: 0.75 }),
    inputShape: [2, 3, 3, 7],
    outputShape: [2, 3, 3, 7],
  },
}

describe('normalisation layers', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => runLayerTest(layerCase))

  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  const variance = (values: readonly number[]) => mean(values.map((value) => (value - mean(values)) ** 2))
  const column = (values: readonly number[], at: number, of: number) => values.filter((_, i) => i % of === at)

  it('normalise each feature of a batch in training, and move the statistics towards those of the batch', () => {
    const layer = layers.batchNormalization({ momentum: 0.9, epsilon: 0 })
    const x = sampleTensor([8, 3])
    layer.build([null, 3])
    const { graph, assignments } = trace([], () => [layer(x, { training: true })])
    const output = [...referenceEvaluate(graph.results)[0].data]
    const input = referenceValues(x)
    for (const at of [0, 1, 2]) {
      expect(mean(column(output, at, 3))).toBeCloseTo(0, 5)
      expect(variance(column(output, at, 3))).toBeCloseTo(1, 4)
    }
    const moved = [...assignments].map(
      ([variable, value]) => [variable.name, [...referenceEvaluate([value])[0].data]] as const,
    )
    expect(moved.map(([name]) => name.split('/').at(-1))).toEqual(['moving_mean', 'moving_variance'])
    for (const at of [0, 1, 2]) {
      expect(moved[0][1][at]).toBeCloseTo(0.1 * mean(column(input, at, 3)), 6)
      expect(moved[1][1][at]).toBeCloseTo(0.9 + 0.1 * variance(column(input, at, 3)), 6)
    }
  })

  it('normalise in float32 what lies far from 0', async () => {
    const executor = await createExecutor({ threads: 1, target: 'wasm' })
    try {
      const layer = layers.batchNormalization({ epsilon: 0 })
      layer.build([null, 1])
      // The squares of these numbers differ by less than float32 holds.
      const x = tensor(
        Float32Array.from({ length: 64 }, (_, i) => 10_000 + (i % 4) / 4),
        { shape: [64, 1] },
      )
      const { graph } = trace([], () => [layer(x, { training: true })])
      const [output] = await executor.evaluate(graph.results)
      expect(mean([...output])).toBeCloseTo(0, 5)
      expect(variance([...output])).toBeCloseTo(1, 4)
    } finally {
      await executor.close()
    }
  })

  it('use the moving statistics, and leave them, when frozen', () => {
    const layer = layers.batchNormalization()
    layer.trainable = false
    const x = sampleTensor([8, 3])
    layer.build([null, 3])
    const { graph, assignments } = trace([], () => [layer(x, { training: true })])
    expect(assignments.size).toBe(0)
    const scale = 1 / Math.sqrt(1 + 1e-3)
    const output = referenceEvaluate(graph.results)[0].data
    referenceValues(x).forEach((value, i) => expect(output[i]).toBeCloseTo(value * scale, 6))
  })

  it('count only the steps that a mask leaves', () => {
    const layer = layers.batchNormalization({ epsilon: 0 })
    const values = [1, 10, 3, 20, 999, 999, 5, 30, 999, 999, 999, 999]
    const x = tensor(values, { shape: [2, 3, 2] })
    const mask = tensor([
      [true, true, false],
      [true, false, false],
    ])
    const output = referenceValues(layer(withMask(x, mask), { training: true }))
    const counted = [0, 1, 3].map((step) => output[2 * step])
    expect(mean(counted)).toBeCloseTo(0, 6)
    expect(variance(counted)).toBeCloseTo(1, 5)
    // The others are normalised by the same numbers.
    expect(output[4]).toBeCloseTo((999 - 3) / Math.sqrt(8 / 3), 2)
  })

  it('take penalties and constraints for their scale and shift', () => {
    for (const make of [
      layers.batchNormalization,
      layers.layerNormalization,
      (options: layers.ScaledNormalizationOptions) => layers.groupNormalization({ groups: 1, ...options }),
    ]) {
      const layer = make({
        gammaRegularizer: regularizers.l2(0.5),
        betaRegularizer: 'l1',
        gammaConstraint: 'non_neg',
        betaConstraint: constraints.maxNorm(1),
        betaInitializer: 'ones',
      })
      layer(sampleTensor([2, 4]))
      expect(layer.regularizationLosses().flatMap(referenceValues)).toEqual([2, Math.fround(0.01) * 4])
      expect(layer.trainableWeights.map(({ constraint }) => constraint)).toEqual([
        expect.any(constraints.NonNeg),
        expect.any(constraints.MaxNorm),
      ])
      expect(layers.deserialize(models.serialize(layer)).getConfig()).toEqual(layer.getConfig())
    }
  })

  it('divide by the squares of neighbouring channels, as AlexNet does', () => {
    const layer = layers.localResponseNormalization({ depthRadius: 1, bias: 1, alpha: 1, beta: 1 })
    expect(referenceValues(layer(tensor([[[[1, 2, 3]]]])))).toEqual([1 / 6, 2 / 15, 3 / 14])
  })

  it('refuse groups that do not divide the channels', () => {
    expect(() => layers.groupNormalization({ groups: 4 })(sampleTensor([1, 6]))).toThrow(
      /divide the 6 channels, received 4/,
    )
  })
})
