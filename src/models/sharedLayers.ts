import { InputLayer } from '../layers/input.js'
import type { AnyLayer } from '../layers/layer.js'
import type { Config, ConfigValue } from '../utils/config.js'
import { Functional } from './functional.js'
import { type AnyModel, Model } from './model.js'
import { isAddress } from './nodeConfig.js'
import { Sequential } from './sequential.js'

/** How Keras finds the layers of a model that stand in several of the models in it. */
interface Sharing {
  readonly ids: ReadonlyMap<AnyLayer, number>
  /** For each model, how many calls Keras has made of its layers when it comes to the model's own. */
  readonly callsBefore: ReadonlyMap<AnyLayer, ReadonlyMap<AnyLayer, number>>
}

/**
 * A model's config in which Keras finds layers that models inside of it share: each place of such a layer bears the same
 * `shared_object_id`.
 * @param counting `'all'`: calls are numbered as what reads `.keras` files counts them, in all models; `'own'`: in each model by itself
 */
export function withSharedLayers(model: AnyModel, config: Config, counting: 'all' | 'own'): Config {
  const sharing = sharingIn(model as unknown as AnyLayer)
  return sharing.ids.size === 0 ? config : mark(model as unknown as AnyLayer, config, sharing, counting)
}

/** The layers of a model, in the order of its config; none of a layer that is no model. */
const layersOf = (model: AnyLayer): readonly AnyLayer[] => {
  if (model instanceof Functional) return model.graph.layers
  if (!(model instanceof Sequential)) return []
  return [...(model.entranceLayer ? [model.entranceLayer as unknown as AnyLayer] : []), ...model.layers]
}

/** Goes through the models as Keras does that reads them: those inside a model are made before its layers are called. */
function sharingIn(outermost: AnyLayer): Sharing {
  const places = new Map<AnyLayer, number>()
  const calls = new Map<AnyLayer, number>()
  const callsBefore = new Map<AnyLayer, ReadonlyMap<AnyLayer, number>>()
  const visit = (model: AnyLayer): void => {
    const layers = layersOf(model)
    for (const layer of layers) {
      const count = places.get(layer) ?? 0
      places.set(layer, count + 1)
      if (count === 0) visit(layer)
    }
    callsBefore.set(model, new Map(layers.map((layer) => [layer, calls.get(layer) ?? 0])))
    layers.forEach((layer, i) => {
      const own = model instanceof Functional ? model.graph.callsOf(layer).length : callsInChain(layers, i)
      calls.set(layer, (calls.get(layer) ?? 0) + own)
    })
  }
  visit(outermost)
  const shared = [...places].filter(([layer, count]) => count > 1 && !(layer instanceof InputLayer))
  return { ids: new Map(shared.map(([layer], i) => [layer, i + 1])), callsBefore }
}

/** Keras calls the layers of a chain anew whenever one is added, from the second on, if it knows what the first is given. */
function callsInChain(layers: readonly AnyLayer[], at: number): number {
  const [first] = layers
  return first instanceof InputLayer || first instanceof Model ? layers.length - Math.max(at, 1) : 1
}

function mark(model: AnyLayer, config: Config, sharing: Sharing, counting: 'all' | 'own'): Config {
  const layers = layersOf(model)
  const before = sharing.callsBefore.get(model)
  const settings = config.config as Config
  if (layers.length === 0 || !Array.isArray(settings.layers)) return config
  const offsets = new Map(layers.map(({ name }, i) => [name, before?.get(layers[i]) ?? 0]))
  const renumber = (value: ConfigValue): ConfigValue => {
    if (isAddress(value)) return [value[0], value[1] + (offsets.get(value[0]) ?? 0), value[2]]
    if (Array.isArray(value)) return value.map(renumber)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renumber(item)]))
  }
  const addresses = counting === 'all' ? renumber : (value: ConfigValue) => value
  const { input_layers, output_layers } = settings
  const entries = settings.layers.map((entry: Config, i) => {
    const id = sharing.ids.get(layers[i])
    return {
      ...mark(layers[i], entry, sharing, counting),
      ...(entry.inbound_nodes !== undefined && { inbound_nodes: addresses(entry.inbound_nodes) }),
      ...(id !== undefined && { shared_object_id: id }),
    }
  })
  return {
    ...config,
    config: {
      ...settings,
      layers: entries,
      ...(input_layers !== undefined && { input_layers: addresses(input_layers) }),
      ...(output_layers !== undefined && { output_layers: addresses(output_layers) }),
    },
  }
}
