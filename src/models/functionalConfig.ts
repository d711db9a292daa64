import { serializeLayer } from '../layers/serializeLayer.js'
import { isSymbolic, type SymbolicTensor } from '../layers/symbolic.js'
import type { Tensors } from '../layers/tensors.js'
import type { Config, ConfigValue } from '../utils/config.js'
import { mapStructure } from '../utils/structure.js'
import { Functional } from './functional.js'
import type { LayerGraph } from './layerGraph.js'
import { type Address, nodeConfig } from './nodeConfig.js'

/** A functional model in Keras 3's config format. */
export function functionalConfig(
  model: Pick<Functional<never, Tensors>, 'graph' | 'name' | 'trainable' | 'input' | 'output'>,
): Config {
  const { graph } = model
  const layers = graph.layers.map((layer) => ({
    ...serializeLayer(layer),
    name: layer.name,
    inbound_nodes: graph
      .callsOf(layer)
      .flatMap((call) =>
        call.inputs === undefined ? [] : [nodeConfig(call, (tensor) => addressOf(graph, tensor))],
      ),
  }))
  const address = (tensor: SymbolicTensor): ConfigValue => {
    const [name, call, output] = addressOf(graph, tensor)
    // In these two lists Keras counts the calls of a nested functional model from 1.
    const layer = graph.producer(tensor).layer
    return [name, layer instanceof Functional ? call + 1 : call, output]
  }
  return {
    name: model.name,
    trainable: model.trainable,
    layers,
    input_layers: mapStructure(model.input, isSymbolic, address),
    output_layers: mapStructure(model.output, isSymbolic, address),
  }
}

function addressOf(graph: LayerGraph, tensor: SymbolicTensor): Address {
  const producer = graph.producer(tensor)
  const output = producer === tensor.call ? tensor.index : 0
  return [producer.layer.name, graph.callsOf(producer.layer).indexOf(producer), output]
}
