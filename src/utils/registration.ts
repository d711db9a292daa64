import { ArgumentError } from '../errors.js'
import { checkOptions, type OptionKeys } from './checkOptions.js'

/**
 * Something of your own that configs name: a class (of layers, initializers, regularizers, constraints, ...), a plain function
 * that serves as an activation, initializer, regularizer or constraint, or a function that makes the object from its config.
 */
export type CustomObject = (abstract new (...settings: never[]) => object) | ((...inputs: never[]) => unknown)

/** Objects of your own under the names that stand for them in configs. */
export type CustomObjects = Readonly<Record<string, CustomObject>>

export interface RegistrationOptions {
  /** Default: `'Custom'`. */
  readonly package?: string
  /** Default: the class's or function's own name. */
  readonly name?: string
}

const registrationOptions: OptionKeys<RegistrationOptions> = { package: true, name: true }

const objects = new Map<string, CustomObject>()
const names = new Map<CustomObject, string>()

/**
 * Makes a class or function of your own known to all configs that are read from now on, wherever it is nested (Keras's
 * `register_keras_serializable`). Configs name it `package>name`.
 *
 * @returns what it was given
 * @throws ArgumentError for a function without a name
 * @example utils.registerKerasSerializable(Scale, { package: 'mine' })
 */
export function registerKerasSerializable<T extends CustomObject>(
  object: T,
  options: RegistrationOptions = {},
): T {
  checkOptions(options, 'registerKerasSerializable', "{ package: 'mine' }", registrationOptions)
  const { className } = object as { readonly className?: string }
  const name = options.name ?? (Object.hasOwn(object, 'className') && className ? className : object.name)
  if (name === '') {
    throw new ArgumentError(
      'registerKerasSerializable: expected a class or function with a name, received one without. Give one as { name }.',
    )
  }
  const key = `${options.package ?? 'Custom'}>${name}`
  objects.set(key, object)
  names.set(object, key)
  return object
}

/** The name under which a class or function was registered: `mine>Scale`. */
export const registeredName = (object: CustomObject): string | undefined => names.get(object)

/** All that was registered. */
export const registeredObjects = (): CustomObjects => Object.fromEntries(objects)
