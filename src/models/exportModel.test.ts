import { chmod, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PbfReader } from 'pbf'
import { beforeEach, describe, expect, it } from 'vitest'
import { mobileNet, resNet } from '../conformance/onnxModels/graphs.js'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import type { OnnxGraph } from '../onnx/format.js'
import { add, concatenate, cumulativeProduct, divide, mean, randomNormal, sum, tensor } from '../ops/index.js'
import { resetNames } from '../utils/naming.js'
import { modelGraph } from './exportModel.js'
import * as models from './index.js'

/** Numbers are compared in `npm run conformance`, with onnxruntime; here, what the graphs look like, and what is refused. */

const operatorsOf = ({ nodes }: OnnxGraph): string[] => nodes.map(({ operator }) => operator)
const count = (graph: OnnxGraph, operator: string): number =>
  operatorsOf(graph).filter((each) => each === operator).length

const perceptron = () =>
  models.sequential([
    layers.input([4], { name: 'features' }),
    layers.dense(3, { activation: 'relu', name: 'hidden' }),
    layers.dropout(0.5),
    layers.dense(2, { activation: 'softmax', name: 'classes' }),
  ])

beforeEach(resetNames)

describe('the graph of an exported model', () => {
  it('has one operator for each thing a layer does, under the names of layers', async () => {
    const graph = await modelGraph(perceptron())
    expect(graph.nodes.map(({ name }) => name)).toEqual([
      'hidden/Gemm',
      'hidden/Relu',
      'classes/Gemm',
      'classes/Softmax',
    ])
    expect(graph.inputs).toEqual([{ name: 'features', dtype: 'float32', shape: ['batch', 4] }])
    expect(graph.outputs).toEqual([{ name: 'classes', dtype: 'float32', shape: ['batch', 2] }])
    expect([...graph.initializers.keys()].sort()).toEqual([
      'classes/bias',
      'classes/kernel',
      'hidden/bias',
      'hidden/kernel',
    ])
  })

  it('brings images into the order of ONNX once', async () => {
    const residual = await modelGraph(resNet(3))
    expect(count(residual, 'Conv')).toBe(21)
    expect(count(residual, 'BatchNormalization')).toBe(19)
    expect(count(residual, 'Transpose')).toBe(1)
    const mobile = await modelGraph(
      mobileNet([
        [16, 1],
        [32, 2],
      ]),
    )
    expect(count(mobile, 'Transpose')).toBe(1)
    expect(count(mobile, 'Clip')).toBe(5)
  })

  it('puts kernels into the order of ONNX, with their numbers', async () => {
    const model = models.sequential([layers.input([4, 4, 2]), layers.conv2d(3, [1, 2], { name: 'conv' })])
    const [kernel, bias] = model.weights
    kernel.write(Float32Array.from({ length: 12 }, (_, i) => i))
    bias.write([7, 8, 9])
    const { initializers, nodes } = await modelGraph(model)
    // [filters, channels, 1, 2] of [1, 2, channels, filters]
    expect(initializers.get('conv/kernel')).toEqual({
      dtype: 'float32',
      shape: [3, 2, 1, 2],
      data: Float32Array.of(0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11),
    })
    expect(initializers.get('conv/bias')).toEqual({
      dtype: 'float32',
      shape: [3],
      data: Float32Array.of(7, 8, 9),
    })
    expect(nodes.map(({ operator }) => operator)).toEqual(['Transpose', 'Conv', 'Transpose'])
  })

  it.each<[string, () => models.Sequential, string[]]>([
    ['LSTM', () => recurrent(layers.lstm(3)), ['Transpose', 'LSTM', 'Squeeze']],
    ['GRU', () => recurrent(layers.gru(3, { resetAfter: false })), ['Transpose', 'GRU', 'Squeeze']],
    ['RNN', () => recurrent(layers.simpleRnn(3)), ['Transpose', 'RNN', 'Squeeze']],
    ['HardSigmoid', () => flat(layers.activation('hard_sigmoid')), ['HardSigmoid']],
    ['Celu', () => flat(layers.activation('celu')), ['Celu']],
    ['Selu', () => flat(layers.activation('selu')), ['Selu']],
    ['PRelu', () => flat(layers.prelu()), ['PRelu']],
    ['LogSoftmax', () => flat(layers.activation('log_softmax')), ['LogSoftmax']],
    ['LayerNormalization', () => flat(layers.layerNormalization()), ['LayerNormalization']],
    ['BatchNormalization', () => flat(layers.batchNormalization()), ['BatchNormalization']],
    ['Resize', () => image(layers.upSampling2d(2)), ['Resize']],
    [
      'AveragePool',
      () => image(layers.averagePooling2d(3, { padding: 'same' })),
      ['Transpose', 'AveragePool', 'Transpose'],
    ],
    [
      'GlobalAveragePool',
      () => pooled(layers.globalAveragePooling2d()),
      ['Transpose', 'Conv', 'GlobalAveragePool', 'Squeeze'],
    ],
    [
      'GlobalMaxPool',
      () => pooled(layers.globalMaxPooling2d()),
      ['Transpose', 'Conv', 'GlobalMaxPool', 'Squeeze'],
    ],
    ['nothing', () => flat(layers.dropout(0.5)), ['Identity']],
  ])('has %s as one operator', async (_, make, operators) => {
    expect(operatorsOf(await modelGraph(make()))).toEqual(operators)
  })

  it('writes recurrent layers with masks, or other activations, as loops', async () => {
    expect(count(await modelGraph(recurrent(layers.lstm(3, { activation: 'softsign' }))), 'Scan')).toBe(1)
    const masked = models.sequential([layers.input([5, 2]), layers.masking(), layers.gru(3)])
    expect(count(await modelGraph(masked), 'Scan')).toBe(1)
  })

  it('has the weights of a shared layer once', async () => {
    const one = layers.input([4])
    const dense = layers.dense(3, { name: 'shared' })
    const model = models.functional({ inputs: one, outputs: dense(layers.dense(4, { name: 'first' })(one)) })
    const [left, right] = [layers.input([4], { name: 'left' }), layers.input([4], { name: 'right' })]
    const both = models.functional({
      inputs: { left, right },
      outputs: { sum: layers.add([model(left), model(right)]), one: model(left) },
    })
    const graph = await modelGraph(both)
    expect([...graph.initializers.values()].map(({ shape }) => shape.length).sort()).toEqual([1, 1, 2, 2])
    expect(graph.inputs.map(({ name }) => name)).toEqual(['left', 'right'])
    expect(graph.outputs.map(({ name }) => name)).toEqual(['sum', 'one'])
  })

  it('leaves other axes open, where nothing depends on their size', async () => {
    const model = models.sequential([layers.input([null, 3]), layers.dense(2), layers.globalMaxPooling1d()])
    const graph = await modelGraph(model)
    expect(graph.inputs[0].shape).toEqual(['batch', `${graph.inputs[0].name}_1`, 3])
    expect(graph.outputs[0].shape).toEqual(['batch', 2])
  })

  it('is of models of classes of their own', async () => {
    class Own extends models.Model {
      readonly out = layers.dense(2, { name: 'out' })
      override call(x: Tensor): Tensor {
        return divide(this.out(x), 3)
      }
    }
    const model = new Own()
    await model.predictOnBatch([[1, 2, 3]])
    const graph = await modelGraph(model)
    expect(operatorsOf(graph)).toEqual(['Gemm', 'Div'])
    expect(graph.inputs[0]).toEqual({ name: 'x', dtype: 'float32', shape: ['batch', 3] })
  })
})

describe('what cannot be exported', () => {
  const lambda = (compute: (x: Tensor) => Tensor) =>
    models.sequential([layers.input([4]), layers.lambda(compute, { name: 'mine' })])
  const key = tensor(Int32Array.of(1, 2))

  it.each<[string, () => models.Sequential, RegExp]>([
    [
      'random numbers',
      () => lambda((x) => add(x, randomNormal(key, [4]))),
      /^Layer 'mine' \(Lambda\) cannot be exported: it computes random numbers.*Export a model without this layer/,
    ],
    [
      'running products',
      () => lambda((x) => cumulativeProduct(x, { axis: 1 })),
      /^Layer 'mine' \(Lambda\) cannot be exported: it computes running products/,
    ],
    [
      'a mean over the samples',
      () => lambda((x) => add(x, mean(x, { axis: 0, keepDims: true }))),
      /^Layer 'mine' \(Lambda\) cannot be exported: what it computes depends on .*the number of samples/,
    ],
    [
      'a number that counts samples',
      () => lambda((x) => divide(x, x.shape[0])),
      /^Layer 'mine' \(Lambda\) cannot be exported: what it computes depends on/,
    ],
    [
      'states that stay',
      () =>
        models.sequential([
          layers.input([5, 2], { batchSize: 3 }),
          layers.lstm(4, { stateful: true, name: 'kept' }),
        ]),
      /cannot be exported, because a step of it changes 'kept\/state_0'.*without stateful/,
    ],
    [
      'a model that is not built',
      () => models.sequential([layers.dense(2)]),
      /is not built, so there is nothing to export/,
    ],
  ])('%s', async (_, make, message) => {
    await expect(make().toBytes('onnx')).rejects.toThrow(message)
  })

  it('dropout that is told to drop', async () => {
    const x = layers.input([4])
    const dropped = layers.dropout(0.5, { name: 'dropped' })(x, { training: true })
    const model = models.functional({ inputs: x, outputs: dropped })
    await expect(model.toBytes('onnx')).rejects.toThrow(
      /^Layer 'dropped' \(Dropout\) cannot be exported: it computes random numbers/,
    )
  })

  it('what depends on the samples can be, if their number is known', async () => {
    const model = models.sequential([
      layers.input([4], { batchSize: 3 }),
      layers.lambda((x) => add(x, mean(x, { axis: 0, keepDims: true }))),
    ])
    const graph = await modelGraph(model)
    expect(graph.inputs[0].shape).toEqual([3, 4])
    expect(operatorsOf(graph)).toEqual(['ReduceMean', 'Add'])
  })

  it('a sum over the samples can be', async () => {
    const model = lambda((x) => concatenate([x, add(x, sum(x, { axis: 0, keepDims: true }))]))
    expect(operatorsOf(await modelGraph(model))).toContain('ReduceSum')
  })
})

describe('model.export', () => {
  it('writes the file that toBytes gives', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'gradus-onnx-')), 'net.onnx')
    const model = perceptron()
    await model.export(path, { format: 'onnx' })
    const written = await readFile(path)
    expect(Uint8Array.from(written)).toEqual(await model.toBytes('onnx'))
    const header = new PbfReader(written).readFields(readHeader, { version: 0, producer: '' })
    expect(header).toEqual({ version: 8, producer: 'gradus' })
  })

  it('says what is wrong with a path, before it writes anything', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gradus-onnx-'))
    const model = perceptron()
    await expect(model.export(join(folder, 'net.pb'))).rejects.toThrow(
      /expected a path that ends in .onnx, received/,
    )
    await expect(model.export(join(folder, 'net.keras'), { format: 'onnx' })).rejects.toThrow(/ends in .onnx/)
    await expect(
      model.export(join(folder, 'net.onnx'), { format: 'tf_saved_model' as 'onnx' }),
    ).rejects.toThrow(/export: format: expected 'onnx', received 'tf_saved_model'/)
    await expect(model.export(join(folder, 'missing/net.onnx'))).rejects.toThrow(
      /there is no folder .*missing. Make it/,
    )
    expect(await readdir(folder)).toEqual([])
    await writeFile(join(folder, 'there.onnx'), 'mine')
    await expect(model.export(join(folder, 'there.onnx'), { overwrite: false })).rejects.toThrow(
      /such a file already/,
    )
    expect(await readFile(join(folder, 'there.onnx'), 'utf8')).toBe('mine')
  })

  it.skipIf(process.getuid?.() === 0)(
    'says that a folder is read-only (root may write anywhere)',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'gradus-onnx-'))
      await chmod(folder, 0o500)
      await expect(perceptron().export(join(folder, 'net.onnx'))).rejects.toThrow(
        /you may not write into the folder/,
      )
    },
  )
})

const flat = (layer: unknown) => models.sequential([layers.input([4]), layer as layers.Layer])
const image = (layer: unknown) => models.sequential([layers.input([4, 4, 2]), layer as layers.Layer])
const pooled = (layer: unknown) =>
  models.sequential([layers.input([4, 4, 2]), layers.conv2d(3, 2), layer as layers.Layer])
const recurrent = (layer: unknown) => models.sequential([layers.input([5, 2]), layer as layers.Layer])

function readHeader(field: number, header: { version: number; producer: string }, pbf: PbfReader): void {
  if (field === 1) header.version = pbf.readVarint()
  else if (field === 2) header.producer = pbf.readString()
}
