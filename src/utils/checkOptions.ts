import { ArgumentError } from '../errors.js'
import { toCamelCase } from './naming.js'
import { show } from './show.js'

/**
 * Types catch this where they are checked; elsewhere it would go unnoticed: options that are no object, and Keras's own
 * snake_case keys.
 * @throws ArgumentError naming what was given, and the key in camelCase
 */
export function checkOptions(options: unknown, title: string, example = "{ name: 'first' }"): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ArgumentError(
      `${title}: expected an object of options, such as ${example}, received ${show(options)}.`,
    )
  }
  const key = Object.keys(options).find((each) => each.includes('_'))
  if (key === undefined) return
  throw new ArgumentError(
    `${title}: expected options in camelCase, received '${key}'. Write '${toCamelCase(key)}'.`,
  )
}
