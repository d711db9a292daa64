import { ArgumentError } from '../errors.js'
import type { Config } from '../utils/config.js'
import { suggestion } from '../utils/nearest.js'
import { Activation } from './activation.js'
import { Conv2D } from './conv2d.js'
import { Dense } from './dense.js'
import { Dropout } from './dropout.js'
import { Flatten } from './flatten.js'
import { InputLayer } from './input.js'
import type { Layer } from './layer.js'
import { AveragePooling2D, MaxPooling2D } from './pooling2d.js'
import { Rescaling } from './rescaling.js'

/** Makes a layer from its config. */
type LayerFactory = (config: Config) => Layer

const factories: Record<string, LayerFactory> = {
  Activation: (config) => Activation.fromConfig(config),
  AveragePooling2D: (config) => AveragePooling2D.fromConfig(config),
  Conv2D: (config) => Conv2D.fromConfig(config),
  Dense: (config) => Dense.fromConfig(config),
  Dropout: (config) => Dropout.fromConfig(config),
  Flatten: (config) => Flatten.fromConfig(config),
  InputLayer: (config) => InputLayer.fromConfig(config),
  MaxPooling2D: (config) => MaxPooling2D.fromConfig(config),
  Rescaling: (config) => Rescaling.fromConfig(config),
}

/**
 * The layer that a serialized object describes, as Keras writes it: `{ class_name, config }`.
 * @throws ArgumentError if the class is unknown, with the nearest known one
 */
export function layerFromConfig(
  serialized: { readonly class_name: string; readonly config: Config },
  custom: Readonly<Record<string, LayerFactory>> = {},
): Layer {
  const known = { ...factories, ...custom }
  const name = serialized.class_name
  if (!Object.hasOwn(known, name)) {
    throw new ArgumentError(
      `layer: class '${name}' is unknown. ${suggestion(name, Object.keys(known))} ` +
        'Give classes of your own as custom objects.',
    )
  }
  return known[name](serialized.config)
}
