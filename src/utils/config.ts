import { trustedOptions } from './checkOptions.js'
import { nameOfClass, toCamelCase } from './naming.js'
import { type CustomObject, registeredName } from './registration.js'

/** What a Keras config may hold: JSON. */
export type ConfigValue =
  | string
  | number
  | boolean
  | null
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue }

/** The settings of a Keras object under Keras's own snake_case keys, as they stand in saved files. */
export type Config = { readonly [key: string]: ConfigValue }

/** An object as Keras writes it into files: its class and settings; or a function, by its name. */
export interface SerializedObject<C extends Config | string = Config> {
  readonly [key: string]: ConfigValue
  readonly module: string
  readonly class_name: string
  readonly config: C
  readonly registered_name: string | null
}

/** Something that can be written into a config. */
export interface Configurable {
  readonly className: string
  getConfig(): Config
}

/** Keras's form of an object: where its class lives, what it is called, and its config. */
export function serializeObject(module: string, object: Configurable): SerializedObject {
  return {
    module,
    class_name: object.className,
    config: object.getConfig(),
    registered_name: registeredName(object.constructor as CustomObject) ?? null,
  }
}

/** Whether an identifier is an object written by `serializeObject` (module and registered name may be missing). */
export function isSerialized(
  value: unknown,
): value is { readonly class_name: string; readonly config?: Config } {
  return typeof value === 'object' && value !== null && 'class_name' in value
}

/** The config's entries as an options object, with the given keys left out; Keras's `null` means an absent option. */
export function optionsOf(config: Config, without: readonly string[] = []): Record<string, ConfigValue> {
  const entries = Object.entries(config).filter(([key, value]) => value !== null && !without.includes(key))
  return trustedOptions(Object.fromEntries(entries.map(([key, value]) => [toCamelCase(key), value])))
}

/** What an object's class is called in configs and names. */
export const classNameOf = (object: object): string => nameOfClass(object.constructor)
