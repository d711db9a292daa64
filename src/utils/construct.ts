import { type Config, optionsOf } from './config.js'

/** A class whose constructor takes some settings by position, and the others as one options object behind them. */
export interface ConfiguredClass<T> {
  new (...settings: never[]): T
  /** Config keys of the positional arguments, in order. */
  readonly positional: readonly string[]
  /** How the class reads a config, where that is not by the rule. */
  fromConfig?(config: Config): T
}

/** An object with the settings of a config, as `getConfig` gave them. */
export function construct<T>(type: ConfiguredClass<T>, config: Config): T {
  if (type.fromConfig) return type.fromConfig(config)
  const positional = type.positional.map((key) => config[key] ?? undefined)
  return new (type as unknown as new (...settings: unknown[]) => T)(
    ...positional,
    optionsOf(config, type.positional),
  )
}
