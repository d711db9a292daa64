import { afterAll, expect } from 'vitest'
import { type Executor, useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import { trace } from '../graph/trace.js'
import { Variable } from '../graph/variable.js'
import { type BatchShape, withOpenBatch } from '../layers/batchShape.js'
import type { CallOptions } from '../layers/callContext.js'
import { InputLayer } from '../layers/input.js'
import type { AnyLayer, Layer } from '../layers/layer.js'
import { isSymbolic, type SymbolicTensor } from '../layers/symbolic.js'
import { flatTensors, isShape as isBatchShape, isTensor, mapShapes, type Tensors } from '../layers/tensors.js'
import { type Functional, functional } from '../models/functional.js'
import { loadModel } from '../models/loadModel.js'
import { add } from '../ops/add.js'
import { gradients } from '../ops/gradient.js'
import { keyFromSeed } from '../ops/hostRandom.js'
import { multiply } from '../ops/multiply.js'
import { sum } from '../ops/sum.js'
import { tensor } from '../ops/tensor.js'
import type { Config } from '../utils/config.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import { RandomStream } from '../utils/randomStream.js'
import { flatten, layoutOf, mapStructure, pack, type Structure } from '../utils/structure.js'
import { referenceEvaluate, referenceValues } from './referenceEvaluate.js'
import { testTargets } from './testExecutors.js'

/** A shape, or a list or an object of shapes. */
type Shapes = Structure<readonly number[]>

const isShape = (shapes: Shapes): shapes is readonly number[] => isBatchShape(shapes as Structure<BatchShape>)

/** What one layer is tested with. */
export interface LayerCase {
  /** A new layer each time. */
  make(): AnyLayer
  readonly inputShape: Shapes
  readonly outputShape: Shapes
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
 * What must hold for every layer: shapes as announced, of data and symbolically; weights as announced; gradients of weights
 * and inputs equal to finite differences; the same numbers for the same seed; an equal layer from its config; outputs and
 * gradients on every target equal to those in float64; a training step that changes weights; and the same outputs from a file.
 */
export async function runLayerTest({
  make,
  inputShape,
  outputShape,
  weightShapes = [],
  options,
}: LayerCase): Promise<void> {
  setRandomSeed(4)
  const layer = openLayer(make())
  const inputShapes = flatten<readonly number[]>(inputShape, isShape)
  const layout = layoutOf<readonly number[]>(inputShape, isShape)
  const x: Tensors = pack(
    inputShapes.map((shape, i) => sampleTensor(shape, i === 0 ? 1 : 10 + i)),
    layout,
  )
  const outputs = layer.invoke(x, options)
  const values = flatTensors(outputs).map(referenceValues)

  expect(mapStructure(outputs, isTensor, ({ shape }) => shape)).toEqual(outputShape)
  expect(layer.built).toBe(true)
  const openShape = mapShapes(outputShape as Structure<BatchShape>, withOpenBatch)
  expect(layer.outputShape).toEqual(openShape)
  expect(layer.weights.map((weight) => weight.shape)).toEqual(weightShapes)
  expect(layer.countParams()).toBe(
    weightShapes.map((shape) => shape.reduce((a, b) => a * b, 1)).reduce((a, b) => a + b, 0),
  )

  const symbols = pack(
    inputShapes.map((shape) => new InputLayer(shape.slice(1)).symbol),
    layout,
  )
  const symbolic = openLayer(make()).invoke(symbols) as unknown as Structure<SymbolicTensor>
  expect(
    mapStructure(symbolic, isSymbolic, ({ shape }) => shape),
    'symbolic shapes',
  ).toEqual(openShape)

  setRandomSeed(4)
  const again = openLayer(make()).invoke(x, options)
  expect(flatTensors(again).map(referenceValues), 'the same seed').toEqual(values)

  const type = layer.constructor as unknown as { fromConfig(config: Config): AnyLayer }
  const copy = type.fromConfig(JSON.parse(JSON.stringify(layer.getConfig())))
  expect(copy.constructor).toBe(layer.constructor)
  expect(copy.getConfig()).toEqual(layer.getConfig())
  expect(copy.name).toBe(layer.name)

  checkGradients(layer, x)
  await checkTargets(layer, x, options)
  if (!(layer instanceof InputLayer)) await checkModel(make, x)
}

let executors: Promise<readonly (readonly [target: string, executor: Executor])[]> | undefined
afterAll(async () => {
  for (const [, executor] of (await executors) ?? []) await executor.close()
})

/** The targets' executors, which all cases of a file share. */
async function startedExecutors() {
  executors ??= testTargets().then((targets) =>
    Promise.all(targets.map(async ({ name, create }) => [name, await create(1)] as const)),
  )
  return executors
}

/** In a model the layer is trained, saved and loaded. */
async function checkModel(make: () => AnyLayer, x: Tensors): Promise<void> {
  const [, wasm] = (await startedExecutors()).find(([target]) => target === 'wasm') ?? []
  if (wasm) useExecutor(wasm)
  const inputs = mapStructure(x, isTensor, ({ shape }) => new InputLayer(shape.slice(1)).symbol)
  const outputs = openLayer(make()).invoke(inputs as never) as unknown as Structure<SymbolicTensor>
  const model = functional({ inputs, outputs }) as unknown as Functional<Tensors, Tensors>
  const predictions = flatTensors(await model.predictOnBatch(x))
  const before = await dataOf(predictions)
  for (const format of ['keras', 'h5'] as const) {
    const loaded = await loadModel<typeof model>(await model.toBytes(format))
    expect(await dataOf(await loaded.predictOnBatch(x)), `from .${format}`).toEqual(before)
  }
  if (model.trainableWeights.length === 0) return
  const weights = async () =>
    (await Promise.all(model.trainableWeights.map((weight) => weight.data()))).map(String)
  const first = await weights()
  const layout = layoutOf(outputs, isSymbolic)
  const labels = predictions.map((output) => add(output, 1))
  model.compile({ loss: 'mse', optimizer: 'sgd' })
  await model.trainOnBatch(x, pack(labels, layout))
  expect(
    (await weights()).filter((weight, i) => weight !== first[i]).length,
    'weights that learn',
  ).toBeGreaterThan(0)
}

const dataOf = (tensors: Tensors) => Promise.all(flatTensors(tensors).map((each) => each.data()))

/** Runs a layer and its gradients on every target, and holds all numbers against the references. */
async function checkTargets(
  layer: Layer<Tensors, Tensors>,
  x: Tensors,
  options?: CallOptions,
): Promise<void> {
  const given = flatTensors(x).map(referenceValues)
  const inputs = flatTensors(x).map(({ shape, dtype }, i) => ({ name: `input ${i}`, shape, dtype }))
  const { graph } = trace(inputs, (...tensors) => {
    const outputs = flatTensors(layer.invoke(pack(tensors, layoutOf(x, isTensor)), options))
    const objective = outputs
      .map((output) => sum(multiply(output, sampleTensor(output.shape, 2))))
      .reduce((a, b) => add(a, b))
    return [...outputs, ...gradients(objective, [...layer.trainableWeights, ...tensors])]
  })
  const feeds = new Map(graph.parameters.map((tensor, i) => [tensor, given[i]] as const))
  const expected = referenceEvaluate(graph.results, feeds)
  const scale = Math.max(1e-3, ...expected.flatMap(({ data }) => Array.from(data, Math.abs)))
  for (const [target, executor] of await startedExecutors()) {
    const executable = await executor.compile({ graph, assignments: new Map() })
    const results = await executable.run(given.map((values) => Float32Array.from(values)))
    results.forEach((values, i) => {
      const furthest = Math.max(0, ...expected[i].data.map((value, at) => Math.abs(values[at] - value)))
      expect(furthest / scale, `result ${i} on ${target}`).toBeLessThan(1e-5)
    })
  }
}

/** A layer whose inputs are of any structure. */
const openLayer = (layer: AnyLayer) => layer as unknown as Layer<Tensors, Tensors>

/**
 * Compares the gradients of a weighted sum of outputs with central differences: with respect to each weight that an optimizer
 * may change, and to each input.
 */
function checkGradients(layer: Layer<Tensors, Tensors>, x: Tensors): void {
  const flat = flatTensors(x)
  const inputs = flat.map(
    ({ shape }, i) => new Variable(referenceValues(flat[i]), shape, { name: `input ${i}` }),
  )
  const layout = layoutOf(x, isTensor)
  const objective = () => {
    const given = pack(
      inputs.map((input) => input.value()),
      layout,
    )
    return flatTensors(layer.invoke(given))
      .map((output) => sum(multiply(output, sampleTensor(output.shape, 2))))
      .reduce((a, b) => add(a, b))
  }
  const variables = [...layer.weights, ...inputs]
  const analytic = gradients(objective(), variables).map(referenceValues)
  const step = 2 ** -10
  variables.forEach((variable, i) => {
    const before = Float32Array.from(variable.host ?? [])
    for (const at of new Set([0, Math.floor(before.length / 2), before.length - 1])) {
      const moved = (by: number) => {
        const values = Float32Array.from(before)
        values[at] += by
        variable.write(values)
        return { loss: referenceValues(objective())[0], value: values[at] }
      }
      const [up, down] = [moved(step), moved(-step)]
      variable.write(before)
      const numeric = (up.loss - down.loss) / (up.value - down.value)
      expect(Math.abs(analytic[i][at] - numeric), `${variable.name}[${at}]`).toBeLessThan(1e-4)
    }
  })
}
