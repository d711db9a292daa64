import { ArgumentError } from '../errors.js'
import type { Config } from '../utils/config.js'
import {
  customObjectScope,
  findLayer,
  knownLayers,
  layerScope,
  type Reference,
} from '../utils/customObjects.js'
import { suggestion } from '../utils/nearest.js'
import type { CustomObjects } from '../utils/registration.js'
import { show } from '../utils/show.js'
import { checkKeys } from './checkKeys.js'
import { policyFrom } from './dtypePolicy.js'
import * as layers from './index.js'
import { InputLayer } from './input.js'
import { type AnyLayer, Layer } from './layer.js'

type LayerClass = typeof Layer & { readonly className: string }

/** The classes among what the folder exports that stand in configs; the rest are base classes, and functions that make layers. */
const isLayerClass = (item: unknown): item is LayerClass =>
  typeof item === 'function' && item.prototype instanceof Layer && Object.hasOwn(item, 'className')

/** A function, since layers that hold others, such as wrappers, import this file. */
const builtIn = (): CustomObjects =>
  Object.fromEntries(
    Object.values<unknown>(layers)
      .filter(isLayerClass)
      .map((type) => [type.className, type]),
  )

/**
 * The layer that a serialized object describes, as Keras writes it: `{ class_name, config }`.
 * @param custom classes and functions of your own that the config names, at any depth; see `utils.customObjectScope` and
 *   `utils.registerKerasSerializable` as well
 * @throws ArgumentError if a class is unknown, with the nearest known one
 */
export function layerFromConfig(
  serialized: Exclude<Reference, string>,
  custom: CustomObjects = {},
): AnyLayer {
  if (typeof serialized?.class_name !== 'string') {
    throw new ArgumentError(`layer: expected an object { class_name, config }, received ${show(serialized)}.`)
  }
  const own = builtIn()
  return sharing(serialized, () =>
    layerScope(own, () =>
      customObjectScope(custom, () => {
        const layer = findLayer(serialized)
        if (layer instanceof Layer) {
          if (own[serialized.class_name] === layer.constructor) {
            checkKeys(
              layer as AnyLayer,
              (serialized.config ?? {}) as Config,
              Object.values(own) as LayerClass[],
            )
          }
          return withPolicy(layer as AnyLayer, serialized)
        }
        const name = serialized.class_name
        throw new ArgumentError(
          layer === undefined
            ? `layer: class '${name}' is unknown. ${suggestion(name, Object.keys(knownLayers()))} Give a class of your own as a custom object, { ${name} }, or make it known with utils.registerKerasSerializable(${name}).`
            : `layer: expected the custom object '${name}' to be a layer's class, or to make a layer, received ${show(layer)}.`,
        )
      }),
    ),
  )
}

/** While a config is read: the layers in it that stand in several places, by Keras's ids. */
let shared: Map<unknown, AnyLayer> | undefined

/** The layer that was made for another place of the same id; otherwise what `make` gives. */
function sharing(serialized: Exclude<Reference, string>, make: () => AnyLayer): AnyLayer {
  const around = shared
  const known = around ?? new Map<unknown, AnyLayer>()
  shared = known
  try {
    const { shared_object_id: id } = serialized as { readonly shared_object_id?: unknown }
    const layer = known.get(id) ?? make()
    // Input layers stand for data, which each model is fed by itself.
    if (id !== undefined && !(layer instanceof InputLayer)) known.set(id, layer)
    return layer
  } finally {
    shared = around
  }
}

/** An input layer's `dtype` is that of its data, no policy. */
function withPolicy(layer: AnyLayer, { config }: Exclude<Reference, string>): AnyLayer {
  if (!(layer instanceof InputLayer)) {
    layer.dtypePolicy = policyFrom(layer.title, (config as Config | undefined)?.dtype)
  }
  return layer
}
