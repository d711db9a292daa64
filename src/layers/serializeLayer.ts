import { type Config, type Configurable, type SerializedObject, serializeObject } from '../utils/config.js'
import type { BatchShape } from './batchShape.js'
import { checkSettings } from './checkSettings.js'
import type { AnyLayer } from './layer.js'
import { flatShapes, isShape } from './tensors.js'

/** A layer or model as Keras writes it into files: what it was built for stands beside its settings. */
export const serializeLayer = (layer: AnyLayer): SerializedObject => ({
  ...serializeSettings(layer),
  ...(layer.builtInputShape && { build_config: buildConfig(layer, layer.builtInputShape) }),
})

/** The shapes that Keras builds the layer for: one, or one for each of the arguments that the weights depend on. */
function buildConfig(layer: AnyLayer, inputShape: NonNullable<AnyLayer['builtInputShape']>): Config {
  const { callForm } = layer
  if (!callForm || isShape(inputShape)) return { input_shape: inputShape }
  const { names, positional, takesRest } = callForm
  const shapes = flatShapes(inputShape)
  const own = shapes.slice(0, positional).map((shape, i) => [`${names[i]}_shape`, shape] as const)
  const others: readonly BatchShape[] = shapes.slice(positional)
  const rest = takesRest && others.length > 0 ? [[`${names[positional]}_shape`, others] as const] : []
  return own.length + rest.length === 1
    ? { input_shape: shapes[0] }
    : { shapes_dict: Object.fromEntries([...own, ...rest]) }
}

/** A layer's class and settings: how it stands in the config of one that holds it, and builds it. */
export function serializeSettings(layer: Configurable): SerializedObject {
  const { kerasModule } = layer.constructor as unknown as { readonly kerasModule: string }
  const serialized = serializeObject(kerasModule, layer)
  checkSettings(layer, serialized.config)
  // Keras gives the name of a class once more where its module is not a public one.
  return kerasModule.startsWith('keras.src')
    ? { ...serialized, registered_name: layer.className }
    : serialized
}
