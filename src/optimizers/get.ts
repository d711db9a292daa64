import { ArgumentError } from '../errors.js'
import {
  type Config,
  isSerialized,
  optionsOf,
  type SerializedObject,
  serializeObject,
} from '../utils/config.js'
import { suggestion } from '../utils/nearest.js'
import { Adam } from './adam.js'
import { Optimizer } from './optimizer.js'
import { SGD } from './sgd.js'

/** Names of optimizers, as in Keras; capitals do not matter. */
export type OptimizerName = 'sgd' | 'SGD' | 'adam' | 'Adam'

/** What stands for an optimizer in `compile`. */
export type OptimizerLike = OptimizerName | Optimizer

const factories: Record<string, (config: Config) => Optimizer> = {
  sgd: (config) => new SGD(optionsOf(config)),
  adam: (config) => new Adam(optionsOf(config)),
}

/**
 * The optimizer that a name, an object of a saved config or an optimizer stands for.
 * @throws ArgumentError for an unknown name, with the nearest known one
 */
export function getOptimizer(identifier: OptimizerLike | SerializedObject): Optimizer {
  if (identifier instanceof Optimizer) return identifier
  const name = isSerialized(identifier) ? identifier.class_name : identifier
  if (typeof name !== 'string') {
    throw new ArgumentError(
      `optimizer: expected a name such as 'adam' or an optimizer such as optimizers.adam(), received ${String(name)}.`,
    )
  }
  const key = name.toLowerCase()
  if (!Object.hasOwn(factories, key)) {
    throw new ArgumentError(`optimizer: '${name}' is unknown. ${suggestion(name, Object.keys(factories))}`)
  }
  return factories[key](isSerialized(identifier) ? (identifier.config ?? {}) : {})
}

/** An optimizer as Keras writes it into configs. */
export const serializeOptimizer = (optimizer: Optimizer): SerializedObject =>
  serializeObject('keras.optimizers', optimizer)
