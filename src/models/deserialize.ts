import type { AnyLayer } from '../layers/layer.js'
import { layerFromConfig } from '../layers/registry.js'
import { layerScope, type Reference } from '../utils/customObjects.js'
import type { CustomObjects } from '../utils/registration.js'
import { Functional } from './functional.js'
import { Sequential } from './sequential.js'

/**
 * The layer or model that a serialized object describes.
 * @param custom classes and functions of your own that the config names, at any depth
 * @throws ArgumentError if a class is unknown, with the nearest known one
 */
export const deserializeModel = (
  serialized: Exclude<Reference, string>,
  custom: CustomObjects = {},
): AnyLayer =>
  layerScope({ Functional, Model: Functional, Sequential }, () => layerFromConfig(serialized, custom))
