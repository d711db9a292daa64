import type { AnyLayer } from '../layers/layer.js'
import { type LayerFactory, layerFromConfig } from '../layers/registry.js'
import { type Config, type SerializedObject, serializeObject } from '../utils/config.js'
import { Functional } from './functional.js'
import { Sequential } from './sequential.js'

/**
 * The layer or model that a serialized object describes.
 * @param custom makes layers of classes of your own, by class name
 * @throws ArgumentError if the class is unknown, with the nearest known one
 */
export function deserializeModel(
  serialized: { readonly class_name: string; readonly config: Config },
  custom: Readonly<Record<string, LayerFactory>> = {},
): AnyLayer {
  return layerFromConfig(serialized, {
    Functional: (config) => Functional.fromConfig(config, custom),
    Model: (config) => Functional.fromConfig(config, custom),
    Sequential: (config) => Sequential.fromConfig(config, custom),
    ...custom,
  })
}

/** A layer or model as Keras writes it into files. */
export function serializeLayer(layer: AnyLayer): SerializedObject {
  const { kerasModule } = layer.constructor as unknown as { readonly kerasModule: string }
  return {
    ...serializeObject(kerasModule, layer),
    registered_name: layer.className === 'Functional' ? 'Functional' : null,
    ...(layer.builtInputShape && { build_config: { input_shape: layer.builtInputShape } }),
  }
}
