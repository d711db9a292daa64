import type { LayerNode, LayerNodes } from '../callbacks/callback.js'
import type { AnyLayer } from '../layers/layer.js'
import type { LayerCall } from '../layers/symbolic.js'
import { LayerGraph } from './layerGraph.js'
import { type AnyModel, Model } from './model.js'

/** See `Model.layerNodes`. */
export const layerNodes = (model: AnyModel): readonly LayerNode[] => nodesOf(model).nodes

function nodesOf(model: AnyModel): LayerNodes {
  const graph = model.graph ?? new LayerGraph(model.title, model.inputs, model.outputs)
  const names = new Map<LayerCall, string>()
  const taken = new Set<string>()
  for (const call of graph.calls) {
    const { name } = call.layer
    let unique = name
    for (let i = 1; taken.has(unique); i++) unique = `${name}_${i}`
    taken.add(unique)
    names.set(call, unique)
  }
  const first = new Map<AnyLayer, LayerCall>()
  for (const call of graph.calls) if (!first.has(call.layer)) first.set(call.layer, call)
  const nameOf = (call: LayerCall) => names.get(call) ?? call.layer.name
  const nodes = graph.calls.map((call) => ({
    name: nameOf(call),
    className: call.layer.className,
    inputs: graph.sources(call).map(({ call: source, index }) => {
      return index === 0 ? nameOf(source) : `${nameOf(source)}:${index}`
    }),
    outputShapes: call.flatOutputs.map(({ shape }) => shape),
    params: first.get(call.layer) === call ? call.layer.countParams() : 0,
    inside: insideOf(call.layer, model),
  }))
  return {
    nodes,
    inputs: graph.inputLayers.map(({ symbol }) => nameOf(symbol.call)),
    outputs: graph.outputs.map((output) => nameOf(graph.producer(output))),
  }
}

/** Of a model of one's own nothing is known but that it was called: the graph around is all that it is in. */
const insideOf = (layer: AnyLayer, model: AnyModel): LayerNodes | undefined =>
  layer instanceof Model && layer !== model && isGraph(layer) ? nodesOf(layer) : undefined

const isGraph = (model: AnyModel): boolean =>
  model.graph !== undefined || model.outputs.every(({ call }) => call.layer !== model)
