import { type Configurable, type SerializedObject, serializeObject } from '../utils/config.js'
import type { AnyLayer } from './layer.js'

/** A layer or model as Keras writes it into files: what it was built for stands beside its settings. */
export const serializeLayer = (layer: AnyLayer): SerializedObject => ({
  ...serializeSettings(layer),
  ...(layer.builtInputShape && { build_config: { input_shape: layer.builtInputShape } }),
})

/** A layer's class and settings: how it stands in the config of one that holds it, and builds it. */
export function serializeSettings(layer: Configurable): SerializedObject {
  const { kerasModule } = layer.constructor as unknown as { readonly kerasModule: string }
  const serialized = serializeObject(kerasModule, layer)
  // Keras gives the name of a class once more where its module is not a public one.
  return kerasModule.startsWith('keras.src')
    ? { ...serialized, registered_name: layer.className }
    : serialized
}
