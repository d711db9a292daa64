import type { Variable } from '../graph/variable.js'
import { type DTypePolicy, type FloatType, float32Policy } from '../layers/dtypePolicy.js'
import type { AnyLayer } from '../layers/layer.js'
import { isList, type LayerPart } from '../layers/parts.js'
import { sourceName } from '../saving/sourceNames.js'
import { toSnakeCase } from '../utils/naming.js'
import type { AnyModel } from './model.js'

/** A layer, and where Keras's files hold the weights of its own. */
export interface WeightPlace {
  /** `layers/conv2d_1`, `layers/bidirectional/forward_layer/cell`; of the model's own weights empty. */
  readonly path: string
  readonly layer: AnyLayer
  readonly weights: readonly Variable[]
  /** The type of its real weights in files. */
  readonly type: FloatType
}

/** The layers of a model that have weights of their own: see `layerPlaces`. */
export const weightPlaces = (model: AnyModel): WeightPlace[] =>
  layerPlaces(model).filter(({ weights }) => weights.length > 0)

/**
 * A model and all layers in it, in the order in which Keras visits them. A path depends on how the model
 * is put together, and not on names that were given automatically: it is the same for each model made in the same way.
 *
 * As in Keras, a layer's parts are visited by name, private ones (`_query_dense`) last; a layer that was visited before is not
 * visited again; and in lists layers are called by their classes: `dense`, `dense_1`.
 */
export function layerPlaces(model: AnyModel): WeightPlace[] {
  const seen = new Set<AnyLayer>()
  const places: WeightPlace[] = []
  const visit = (part: LayerPart, path: string, around: DTypePolicy): void => {
    if (isList(part)) visitList(part, path, around)
    else if (!seen.has(part)) visitLayer(part, path, part.dtypePolicy ?? around)
  }
  const visitLayer = (layer: AnyLayer, path: string, policy: DTypePolicy): void => {
    seen.add(layer)
    places.push({ path, layer, weights: layer.ownWeights, type: policy.variableType })
    const parts = Object.entries(layer.parts()).sort(([a], [b]) => (sortKey(a) < sortKey(b) ? -1 : 1))
    for (const [name, part] of parts) visit(part, join(path, name), policy)
  }
  const visitList = (list: readonly LayerPart[], path: string, around: DTypePolicy): void => {
    const counts = new Map<string, number>()
    for (const part of list) {
      const name = isList(part) ? 'container' : toSnakeCase(sourceName(part.className))
      const count = counts.get(name) ?? 0
      counts.set(name, count + 1)
      visit(part, join(path, count === 0 ? name : `${name}_${count}`), around)
    }
  }
  visit(model as unknown as AnyLayer, '', float32Policy)
  return places
}

const sortKey = (name: string): string => (name.startsWith('_') ? `~${name}` : name)

export const join = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`)

/**
 * The model's weights by names that say what they are, such as `layers/conv2d/kernel`: the same for each model made in the
 * same way. They are those of safetensors files.
 */
export function namedWeights(model: AnyModel): Map<string, Variable> {
  const named = new Map<string, Variable>()
  for (const { path, layer, weights } of weightPlaces(model)) {
    for (const weight of weights) {
      const short = join(path, weight.name.slice(layer.name.length + 1))
      let name = short
      for (let n = 1; named.has(name); n++) name = `${short}_${n}`
      named.set(name, weight)
    }
  }
  return named
}

/** The types that weights have in files, where it is not float32. */
export function typesInFiles(model: AnyModel): ReadonlyMap<Variable, FloatType> {
  const others = weightPlaces(model).filter(({ type }) => type !== 'float32')
  return new Map(others.flatMap(({ weights, type }) => weights.map((weight) => [weight, type] as const)))
}
