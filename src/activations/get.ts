import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import {
  type Configurable,
  type ConfigValue,
  isSerialized,
  type SerializedObject,
  serializeObject,
} from '../utils/config.js'
import { suggestion } from '../utils/nearest.js'
import { linear } from './linear.js'
import { relu } from './relu.js'
import { sigmoid } from './sigmoid.js'
import { softmax } from './softmax.js'
import { tanh } from './tanh.js'

/** Names of activations, as in Keras. */
export type ActivationName = 'relu' | 'sigmoid' | 'softmax' | 'tanh' | 'linear'

/** Maps a layer's outputs elementwise or along the last axis. Layer objects are such functions. */
export type ActivationFunction = (x: Tensor) => Tensor

/** What stands for an activation in options: a name, a function, or a layer object. */
export type ActivationLike = ActivationName | ActivationFunction

const activations: Record<ActivationName, ActivationFunction> = { relu, sigmoid, softmax, tanh, linear }

/**
 * The function that a name, a function or a layer stands for; `linear` for none.
 * @throws ArgumentError for an unknown name, with the nearest known one
 */
export function getActivation(
  identifier: ActivationLike | SerializedObject | null | undefined,
): ActivationFunction {
  if (identifier === null || identifier === undefined) return linear
  if (typeof identifier === 'function') return identifier
  const name = isSerialized(identifier) ? String(identifier.class_name) : identifier
  if (typeof name !== 'string') {
    throw new ArgumentError(
      `activation: expected a name such as 'relu', a function or a layer, received ${String(name)}.`,
    )
  }
  if (!Object.hasOwn(activations, name)) {
    throw new ArgumentError(`activation: '${name}' is unknown. ${suggestion(name, Object.keys(activations))}`)
  }
  return activations[name as ActivationName]
}

/** An activation as Keras writes it into configs: its name, or a whole layer. */
export function serializeActivation(activation: ActivationFunction): ConfigValue {
  for (const [name, known] of Object.entries(activations)) if (known === activation) return name
  return isConfigurable(activation) ? serializeObject('keras.layers', activation) : activation.name
}

const isConfigurable = (value: unknown): value is Configurable =>
  typeof value === 'function' && 'getConfig' in value && 'className' in value
