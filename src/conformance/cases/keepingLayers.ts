import type { Tensor } from '../../graph/tensor.js'
import type { Layer, Normalization, RecurrentLayer } from '../../layers/index.js'
import * as layers from '../../layers/index.js'
import { sequential } from '../../models/index.js'
import { compareAll, type Named } from '../compare.js'
import { asGradus, makeObject } from '../gradusSide.js'
import type { HostTensor } from '../hostTensor.js'
import { describe, KerasObject, type Settings } from '../kerasObject.js'
import type { KerasPeer, Precision } from '../kerasPeer.js'
import { floats, Samples } from '../samples.js'
import type { ConformanceCase } from '../suite.js'

const samples = new Samples(31)
const table = samples.normal([40, 5], 3)
const images = samples.uniform([20, 4, 3, 2], 0, 255)
const inputs = { table: samples.normal([6, 5]), images: samples.uniform([3, 4, 3, 2], 0, 255) }

const hostOf = async (tensor: Tensor): Promise<HostTensor> => floats(tensor.shape, await tensor.data())

interface Reply {
  readonly outputs: readonly HostTensor[]
}

const named = (outputs: readonly HostTensor[]): Named =>
  Object.fromEntries(outputs.map((output, i) => [`output ${i}`, output]))

/** Outputs of both sides, with Keras in float64 for an arbiter. */
async function compareOutputs(
  peer: KerasPeer,
  outputs: readonly HostTensor[],
  operation: string,
  request: object,
) {
  const ask = async (precision: Precision) =>
    named((await peer.ask<Reply>(operation, request, precision)).outputs)
  return compareAll(named(outputs), await ask('float32'), () => ask('float64'))
}

/** What a layer gives that was adapted to data, whole or in batches. */
function adaptedCase(
  settings: Settings,
  on: keyof typeof inputs,
  data: HostTensor | readonly HostTensor[],
): ConformanceCase {
  const how = Array.isArray(data) ? `${data.length} batches` : 'an array'
  return {
    entries: ['layers.Normalization'],
    name: `${describe('Normalization', settings)} of ${on}, adapted to ${how}`,
    run: async (peer) => {
      const keras = new KerasObject('layers.Normalization', settings)
      const layer = makeObject(keras) as Normalization
      await layer.adapt(Array.isArray(data) ? data.map(asGradus) : asGradus(data as HostTensor))
      const output = await hostOf(layer(asGradus(inputs[on])))
      return compareOutputs(peer, [output], 'adapted', { layer: keras, data, inputs: inputs[on] })
    },
  }
}

const rowsOf = ({ data, shape }: HostTensor, begin: number, end: number): HostTensor => {
  const size = data.length / shape[0]
  return floats([end - begin, ...shape.slice(1)], Array.from(data.slice(begin * size, end * size)))
}
const inParts = (whole: HostTensor) => [
  rowsOf(whole, 0, 7),
  rowsOf(whole, 7, 8),
  rowsOf(whole, 8, whole.shape[0]),
]

/** The batches of long sequences, one part of their time after another. */
const parts = [samples.normal([2, 4, 3]), samples.normal([2, 4, 3]), samples.normal([2, 4, 3])]

/** What a layer gives that begins each batch where the last one ended, and after the third is reset. */
const statefulCase = (name: string): ConformanceCase => ({
  entries: [`layers.${name}`],
  name: `${name}(units=3, stateful=true), three batches and one after a reset`,
  run: async (peer) => {
    const keras = new KerasObject(`layers.${name}`, { units: 3, stateful: true })
    const layer = makeObject(keras) as RecurrentLayer & Layer
    const model = sequential([layers.input([4, 3], { batchSize: 2 }), layer])
    const weights = layer.weights.map(({ shape }) => samples.normal(shape, 0.5))
    await layer.setWeights(weights.map(asGradus))
    const outputs: HostTensor[] = []
    for (const part of parts) outputs.push(await hostOf(await model.predictOnBatch(asGradus(part))))
    layer.resetStates()
    outputs.push(await hostOf(await model.predictOnBatch(asGradus(parts[0]))))
    return compareOutputs(peer, outputs, 'stateful', { layer: keras, weights, parts })
  },
})

/** Layers that keep something of what they have seen, beside their weights. */
export const keepingLayerCases: readonly ConformanceCase[] = [
  adaptedCase({}, 'table', table),
  adaptedCase({}, 'table', inParts(table)),
  adaptedCase({ invert: true }, 'table', table),
  adaptedCase({ axis: null }, 'images', images),
  adaptedCase({ axis: [1, -1] }, 'images', images),
  ...['SimpleRNN', 'GRU', 'LSTM'].map(statefulCase),
]
