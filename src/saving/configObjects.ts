import type { Config, ConfigValue } from '../utils/config.js'

/** A class and its settings, as they stand in configs; in a functional model's list of layers, the calls too. */
export interface ObjectConfig extends Config {
  readonly class_name: string
  readonly config: Config
}

export const isConfig = (value: ConfigValue | undefined): value is Config =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isObject = (value: ConfigValue | undefined): value is ObjectConfig =>
  isConfig(value) && typeof value.class_name === 'string' && isConfig(value.config)

export const mapValues = (object: Config, f: (value: ConfigValue, key: string) => ConfigValue): Config =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, f(value, key)]))

/** A functional model's settings in which a list of one input or output is that one: until 3.10 Keras wrote both alike. */
export const withSingles = (config: Config): Config =>
  mapValues(config, (value, key) =>
    key === 'input_layers' || key === 'output_layers' ? single(value) : value,
  )

const single = (places: ConfigValue): ConfigValue =>
  Array.isArray(places) && places.length === 1 && Array.isArray(places[0]) ? places[0] : places

/**
 * The key beside a layer's call that is never one of training, whatever the model around it does. Keras 3 has no such calls: it writes
 * `training: false` for calls of dropout of which nobody said so, and trains them. It leaves this key aside.
 */
export const HOLDS_TRAINING = 'holds_training'
