import type { Config, ConfigValue } from '../utils/config.js'
import { isConfig, isObject, mapValues, type ObjectConfig, withSingles } from './configObjects.js'
import { fromKeras2 } from './keras2Config.js'
import { isBefore } from './kerasVersion.js'
import { withSharedIds } from './sharedLayers.js'
import { publicName } from './sourceNames.js'

/** What is said of an object, in other words. */
type Rule = (object: ObjectConfig) => ObjectConfig

/**
 * A model's config of any version of Keras in the words of the newest, so that no other part of Gradus knows older ones.
 * @param version of Keras, as the file says it
 */
export function currentConfig(given: Config, version: ConfigValue | undefined): Config {
  const config = withSharedIds(given)
  if (isBefore(version, 3)) return rewrite(config, (object) => fromKeras2(withoutLossScale(object)))
  return rewrite(config, isBefore(version, 3, 11) ? singles : named)
}

/** `.h5` files have the names of classes in Keras's source. */
const named: Rule = (object) => {
  const plain = withoutLossScale(object)
  return { ...plain, class_name: publicName(plain.class_name) }
}

/** The optimizer inside of one that scales losses, which only float16 needs. */
function withoutLossScale(object: ObjectConfig): ObjectConfig {
  const { inner_optimizer: inner } = object.config
  return object.class_name.endsWith('LossScaleOptimizer') && isObject(inner) ? inner : object
}

const singles: Rule = (object) => ({ ...named(object), config: withSingles(object.config) })

/** A config with each object in it rewritten, the outer ones first. */
function rewrite(config: Config, rule: Rule): Config {
  const inner = (value: ConfigValue): ConfigValue => {
    if (Array.isArray(value)) return value.map(inner)
    return isConfig(value) ? rewrite(value, rule) : value
  }
  return mapValues(isObject(config) ? rule(config) : config, inner)
}
