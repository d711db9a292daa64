import type { LayerNode } from '../callbacks/callback.js'
import type { AnyLayer } from '../layers/layer.js'
import type { LayerCall } from '../layers/symbolic.js'
import { LayerGraph } from './layerGraph.js'
import type { AnyModel } from './model.js'

/** See `Model.layerNodes`. */
export function layerNodes(model: AnyModel): LayerNode[] {
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
  return graph.calls.map((call) => ({
    name: names.get(call) ?? call.layer.name,
    className: call.layer.className,
    inputs: graph.sources(call).map(({ call: source, index }) => {
      const name = names.get(source) ?? source.layer.name
      return index === 0 ? name : `${name}:${index}`
    }),
    outputShapes: call.flatOutputs.map(({ shape }) => shape),
    params: first.get(call.layer) === call ? call.layer.countParams() : 0,
  }))
}
