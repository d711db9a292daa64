import { ArgumentError } from '../errors.js'
import type { Config, SerializedObject } from './config.js'
import { type ConfiguredClass, construct } from './construct.js'
import { type CustomObject, type CustomObjects, registeredName, registeredObjects } from './registration.js'

interface Scope {
  /** What users made known. */
  readonly objects: CustomObjects
  /** Gradus's own layers, while a config is read that may hold some: no other room imports them. */
  readonly layers: CustomObjects
  readonly readsLayers: boolean
}

let scope: Scope = { objects: {}, layers: {}, readsLayers: false }

function within<T>(inner: Partial<Scope>, body: () => T): T {
  const around = scope
  scope = { ...around, ...inner }
  try {
    return body()
  } finally {
    scope = around
  }
}

/**
 * Runs `body`, in which configs may name these objects, wherever they are nested (Keras's `custom_object_scope`). They come
 * before what Gradus knows by the same names. `body` must not be asynchronous.
 * @example utils.customObjectScope({ Scale }, () => layers.deserialize(config))
 */
export const customObjectScope = <T>(objects: CustomObjects, body: () => T): T =>
  within({ objects: { ...scope.objects, ...objects } }, body)

/** Runs `body`, in which configs may hold these layers of Gradus's own: as activations, in wrappers, in models. */
export const layerScope = <T>(layers: CustomObjects, body: () => T): T =>
  within({ layers: { ...scope.layers, ...layers }, readsLayers: true }, body)

/** Whether layers are being made from a config. */
export const readsLayers = (): boolean => scope.readsLayers

/** What configs may name at present, besides what Gradus knows. */
export const customObjects = (): CustomObjects => ({ ...registeredObjects(), ...scope.objects })

/** The layers that configs may name at present: Gradus's, and what is the user's own. */
export const knownLayers = (): CustomObjects => ({ ...scope.layers, ...customObjects() })

/** What stands in a config for an object: its name alone, or class and settings. */
export type Reference =
  | string
  | { readonly class_name: string; readonly config?: unknown; readonly registered_name?: string | null }

/**
 * What a config means, if it is something of the user's own: a function, or an object of a class with the config's settings;
 * `undefined` if nothing has that name.
 */
export const findCustom = (reference: Reference): unknown => find(customObjects(), reference)

/** As `findCustom`, of layers, Gradus's own among them. */
export const findLayer = (reference: Reference): unknown => find(knownLayers(), reference)

function find(known: CustomObjects, reference: Reference): unknown {
  if (typeof reference === 'string') {
    return Object.hasOwn(known, reference) ? made(known[reference], undefined) : undefined
  }
  const { class_name, registered_name, config } = reference
  // A function is written as an object of the class 'function', with its name for a config.
  if (class_name === 'function') return find(known, String(config))
  const name = [registered_name, class_name].find((each) => each && Object.hasOwn(known, each))
  return name ? made(known[name], (config ?? {}) as Config) : undefined
}

/** A class in a config's own words, or a plain function: itself where it is meant, or called with the config. */
function made(object: CustomObject, config: Config | undefined): unknown {
  if ('positional' in object) return construct(object as unknown as ConfiguredClass<unknown>, config ?? {})
  return config ? (object as unknown as (config: Config) => unknown)(config) : object
}

/** The name that a reference gives. */
export const nameIn = (reference: Reference): string =>
  typeof reference === 'string'
    ? reference
    : String(reference.class_name === 'function' ? reference.config : reference.class_name)

/**
 * A function of your own as Keras writes it into configs.
 * @param isTaken whether Gradus has such a function by a name
 * @throws ArgumentError if its name would be read as that function
 */
export function serializeFunction(
  given: CustomObject,
  isTaken: (name: string) => boolean = () => false,
): SerializedObject<string> {
  const registered = registeredName(given)
  if (registered === undefined && isTaken(given.name)) {
    throw new ArgumentError(
      `Your function '${given.name}' has the name of one of Gradus's, which would stand in its place when the config is read. Give it ` +
        `another name, or register it: utils.registerKerasSerializable(${given.name}).`,
    )
  }
  const name = registered ?? given.name
  return { module: 'builtins', class_name: 'function', config: name, registered_name: name }
}
