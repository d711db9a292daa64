import type { Config, ConfigValue } from '../utils/config.js'
import { isConfig, isObject, mapValues, type ObjectConfig } from './configObjects.js'

/**
 * A model's config in which all places of a layer that is shared between models bear one `shared_object_id`. Keras means to write it, but
 * loses it in the first place, so that it reads no such file itself: the first place is then where the same settings stand before.
 */
export function withSharedIds(config: Config): Config {
  const layers = [...layersIn(config)]
  const ids = new Map<ObjectConfig, ConfigValue>()
  const seen = new Set<ConfigValue>()
  for (const [i, layer] of layers.entries()) {
    const { shared_object_id: id } = layer
    if (id === undefined || seen.has(id)) continue
    seen.add(id)
    const settings = settingsOf(layer)
    const first = layers
      .slice(0, i)
      .find((other) => other.shared_object_id === undefined && settingsOf(other) === settings)
    if (first) ids.set(first, id)
  }
  return ids.size === 0 ? config : withIds(config, ids)
}

/** All layers and models in a config, in the order in which Keras writes them: what a model holds before the model. */
function* layersIn(value: ConfigValue): Iterable<ObjectConfig> {
  if (typeof value !== 'object' || value === null) return
  for (const item of Object.values(value as Config)) yield* layersIn(item)
  // What distinguishes layers from objects such as policies, which have names too.
  if (isObject(value) && typeof value.config.name === 'string' && 'trainable' in value.config) yield value
}

const settingsOf = ({ class_name, config }: ObjectConfig): string =>
  JSON.stringify([class_name, config], (key, value) => (key === 'shared_object_id' ? undefined : value))

function withIds(config: Config, ids: ReadonlyMap<ObjectConfig, ConfigValue>): Config {
  const inner = (value: ConfigValue): ConfigValue => {
    if (Array.isArray(value)) return value.map(inner)
    return isConfig(value) ? withIds(value, ids) : value
  }
  const id = isObject(config) ? ids.get(config) : undefined
  return { ...mapValues(config, inner), ...(id !== undefined && { shared_object_id: id }) }
}
