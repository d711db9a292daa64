import type { Config } from '../utils/config.js'
import type { CustomObject } from '../utils/registration.js'
import { checkSettings } from './checkSettings.js'
import type { AnyLayer } from './layer.js'
import { layerFromConfig } from './registry.js'

/** A layer of the same settings with new weights; `changes` are settings that differ, under their keys in configs. */
export function copyLayer<L extends AnyLayer>(layer: L, changes: Config = {}): L {
  const config = { ...layer.getConfig(), ...changes }
  checkSettings(layer, config)
  return layerFromConfig({ class_name: layer.className, config }, classesIn(layer)) as unknown as L
}

/** The classes of a layer and of those inside it, which no one need have registered. */
function classesIn(layer: AnyLayer): Record<string, CustomObject> {
  const inside = layer.sublayers().map(classesIn)
  const own = { [layer.className]: layer.constructor as CustomObject }
  return Object.assign({}, ...inside, own)
}
