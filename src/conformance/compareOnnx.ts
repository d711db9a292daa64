import type { Tensor } from '../graph/tensor.js'
import { flatTensors, type Tensors } from '../layers/tensors.js'
import type { AnyModel, Model } from '../models/index.js'
import type { HostData } from './batches.js'
import { type Measurement, relativeError, singleOpLimit } from './compare.js'
import { asGradus } from './gradusSide.js'
import { HostTensor } from './hostTensor.js'
import type { KerasPeer } from './kerasPeer.js'
import { Samples } from './samples.js'

/** A model that is exported, and rows of its inputs. */
export interface OnnxModel {
  readonly name: string
  readonly make: () => AnyModel | Promise<AnyModel>
  readonly x: HostData
}

/** Sizes of the batches that one file is run on. */
const batchSizes = [1, 5]

interface Reply {
  readonly outputs: readonly (readonly HostTensor[])[]
  readonly names: readonly string[]
  readonly operators: readonly string[]
}

/**
 * Exports a model with random weights, lets ONNX's checker and onnxruntime read the file, and compares the outputs for batches of
 * several sizes.
 */
export async function compareOnnx(peer: KerasPeer, { make, x }: OnnxModel): Promise<Measurement[]> {
  const model = (await make()) as unknown as Model<Tensor, Tensors>
  // A model without an input layer has weights only now.
  await model.predictOnBatch(asInput(rowsOf(x, 1)))
  drawWeights(model as unknown as AnyModel)
  const file = await model.toBytes('onnx')
  const names = model.inputPlaces?.names ?? []
  const batches = batchSizes.map((size) => namedRows(rowsOf(x, size), names))
  const request = { model: new HostTensor('uint8', [file.length], file), batches }
  const reply = await peer.ask<Reply>('run', request)
  const measured: Measurement[] = []
  for (const [i, size] of batchSizes.entries()) {
    const outputs = flatTensors(await model.predictOnBatch(asInput(rowsOf(x, size))))
    for (const [place, output] of outputs.entries()) {
      const expected = new HostTensor(output.dtype, output.shape, await output.data())
      const what = `${reply.names[place]}, batch of ${size}`
      measured.push(compareOutput(what, reply.outputs[i][place], expected))
    }
  }
  return measured
}

function compareOutput(what: string, received: HostTensor, expected: HostTensor): Measurement {
  const error = relativeError(received, expected)
  const limit = singleOpLimit
  const [batch] = expected.shape
  const size = expected.data.length / batch
  const isConstant = batch > 1 && expected.data.every((value, i) => value === expected.data[i % size])
  if (isConstant || expected.data.some((value) => !Number.isFinite(value))) {
    const note = 'the outputs are not finite, or the same for all samples: they say nothing'
    return { what, error, limit, verdict: 'fails', note }
  }
  return { what, error, limit, verdict: error <= limit ? 'agrees' : 'differs' }
}

/** Random weights, statistics too, so that none is 0 or 1 by chance of its initializer. */
function drawWeights(model: AnyModel): void {
  const samples = new Samples(61)
  for (const weight of model.weights) {
    if (weight.dtype !== 'float32' || weight.size === 0) continue
    const { shape, name } = weight
    const fanIn = shape.length > 1 ? weight.size / shape[shape.length - 1] : 4
    const { data } = name.includes('variance')
      ? samples.uniform(shape, 0.5, 1.5)
      : /gamma|scale/.test(name)
        ? samples.uniform(shape, 0.5, 1.5)
        : samples.normal(shape, 1 / Math.sqrt(fanIn))
    weight.write(data)
  }
}

function rowsOf(data: HostData, count: number): HostData {
  if (data instanceof HostTensor) {
    const size = data.data.length / data.shape[0]
    return new HostTensor(data.dtype, [count, ...data.shape.slice(1)], data.data.slice(0, count * size))
  }
  if (Array.isArray(data)) return data.map((each: HostTensor) => rowsOf(each, count) as HostTensor)
  return Object.fromEntries(
    Object.entries(data).map(([name, each]) => [name, rowsOf(each, count) as HostTensor]),
  )
}

/** As a user gives it to a model: a list or an object is what the type of one model cannot say. */
function asInput(data: HostData): Tensor {
  if (data instanceof HostTensor) return asGradus(data)
  const given = Array.isArray(data)
    ? data.map((each: HostTensor) => asGradus(each))
    : Object.fromEntries(Object.entries(data).map(([name, each]) => [name, asGradus(each)]))
  return given as unknown as Tensor
}

function namedRows(data: HostData, names: readonly string[]): Readonly<Record<string, HostTensor>> {
  if (data instanceof HostTensor) return { [names[0]]: data }
  const list: readonly HostTensor[] = Array.isArray(data)
    ? data
    : names.map((name) => (data as Readonly<Record<string, HostTensor>>)[name])
  return Object.fromEntries(names.map((name, i) => [name, list[i]]))
}
