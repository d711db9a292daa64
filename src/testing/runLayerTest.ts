import { expect } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import { showBatchShape } from '../layers/batchShape.js'
import type { CallOptions } from '../layers/callContext.js'
import type { Layer } from '../layers/layer.js'
import { gradients } from '../ops/gradient.js'
import { keyFromSeed } from '../ops/hostRandom.js'
import { multiply } from '../ops/multiply.js'
import { sum } from '../ops/sum.js'
import { tensor } from '../ops/tensor.js'
import type { Config } from '../utils/config.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import { RandomStream } from '../utils/randomStream.js'
import { referenceValues } from './referenceEvaluate.js'

/** What one layer is tested with. */
export interface LayerCase {
  /** A new layer each time. */
  make(): Layer
  readonly inputShape: readonly number[]
  readonly outputShape: readonly number[]
  readonly weightShapes?: readonly (readonly number[])[]
  readonly options?: CallOptions
}

/** A tensor of numbers from -1 to 1, the same for one shape. */
export function sampleTensor(shape: readonly number[], seed = 1): Tensor {
  const stream = new RandomStream(keyFromSeed(seed))
  const size = shape.reduce((a, b) => a * b, 1)
  return tensor(
    Float32Array.from({ length: size }, () => 2 * stream.uniform() - 1),
    { shape },
  )
}

/**
 * What must hold for every layer: shapes as announced, weights as announced, gradients of weights equal to finite
 * differences, the same numbers for the same seed, and an equal layer from its config.
 */
export function runLayerTest({ make, inputShape, outputShape, weightShapes = [], options }: LayerCase): void {
  setRandomSeed(4)
  const layer = make()
  const x = sampleTensor(inputShape)
  const output = layer(x, options)
  const values = referenceValues(output)

  expect(output.shape).toEqual(outputShape)
  expect(layer.built).toBe(true)
  expect(showBatchShape(layer.outputShape)).toBe(showBatchShape([null, ...outputShape.slice(1)]))
  expect(layer.weights.map((weight) => weight.shape)).toEqual(weightShapes)
  expect(layer.countParams()).toBe(
    weightShapes.map((shape) => shape.reduce((a, b) => a * b, 1)).reduce((a, b) => a + b, 0),
  )

  setRandomSeed(4)
  expect(referenceValues(make()(x, options)), 'the same seed').toEqual(values)

  const type = layer.constructor as unknown as { fromConfig(config: Config): Layer }
  const copy = type.fromConfig(JSON.parse(JSON.stringify(layer.getConfig())))
  expect(copy.constructor).toBe(layer.constructor)
  expect(copy.getConfig()).toEqual(layer.getConfig())
  expect(copy.name).toBe(layer.name)

  checkWeightGradients(layer, x, output.shape)
}

/** Compares the gradient of a weighted sum of outputs with respect to each weight with central differences. */
function checkWeightGradients(layer: Layer, x: Tensor, outputShape: readonly number[]): void {
  const factors = sampleTensor(outputShape, 2)
  const objective = () => sum(multiply(layer(x), factors))
  const analytic = gradients(objective(), layer.weights).map(referenceValues)
  const step = 2 ** -10
  layer.weights.forEach((weight, i) => {
    const before = Float32Array.from(weight.host ?? [])
    for (const at of new Set([0, Math.floor(before.length / 2), before.length - 1])) {
      const moved = (by: number) => {
        const values = Float32Array.from(before)
        values[at] += by
        weight.write(values)
        return { loss: referenceValues(objective())[0], value: values[at] }
      }
      const [up, down] = [moved(step), moved(-step)]
      weight.write(before)
      const numeric = (up.loss - down.loss) / (up.value - down.value)
      expect(Math.abs(analytic[i][at] - numeric), `${weight.name}[${at}]`).toBeLessThan(1e-4)
    }
  })
}
