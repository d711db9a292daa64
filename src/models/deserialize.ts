import type { AnyLayer, Layer } from '../layers/layer.js'
import { layerFromConfig } from '../layers/registry.js'
import type { Config, SerializedObject } from '../utils/config.js'
import { layerScope, type Reference } from '../utils/customObjects.js'
import type { CustomObjects } from '../utils/registration.js'
import { Functional } from './functional.js'
import { functionalFromConfig } from './functionalFromConfig.js'
import { Sequential } from './sequential.js'

/**
 * The layer or model, with new weights, that a serialized object describes: what `models.serialize`, or Keras, wrote. Apart from the
 * classes of models, so that a page that reads no configs need not hold every layer there is.
 *
 * @param custom classes and functions of your own that the config names, at any depth
 * @throws ArgumentError if a class is unknown, with the nearest known one, or if a config describes a cycle or a layer that does not
 *   exist
 * @example const again = models.deserialize({ class_name: 'Sequential', config: model.getConfig() })
 */
export const deserializeModel = (
  serialized: Exclude<Reference, string>,
  custom: CustomObjects = {},
): AnyLayer => layerScope(modelsByClass, () => layerFromConfig(serialized, custom))

const functionalModel = (config: Config) =>
  new Functional(functionalFromConfig(config, (entry) => deserializeModel(entry)))

function sequentialModel(config: Config): Sequential {
  const { name, trainable, layers } = config as unknown as {
    readonly name: string
    readonly trainable?: boolean
    readonly layers: readonly SerializedObject[]
  }
  // Each takes what the one before gives; building says so if one does not.
  const parts = layers.map((layer) => deserializeModel(layer))
  return new Sequential(parts as unknown as Layer[], { name, trainable })
}

const modelsByClass: CustomObjects = {
  Functional: functionalModel,
  Model: functionalModel,
  Sequential: sequentialModel,
}
