import { ArgumentError } from '../errors.js'
import { toCamelCase } from './naming.js'
import { suggestion } from './nearest.js'
import { show } from './show.js'

/** Options that were looked at by `checkOptions`, for constructors that take them apart. */
export function checkedOptions<O>(options: O, title: string, example?: string): O {
  checkOptions(options, title, example)
  return options
}

/** The keys of an interface of options, each named once: the compiler says which is missing or too many. */
export type OptionKeys<O> = Readonly<Record<keyof O, true>>

/**
 * Types catch this where they are checked; elsewhere it would go unnoticed: options that are no object, Keras's own
 * snake_case keys, and keys that nobody reads.
 * @param known all keys there are. Default: any will do.
 * @throws ArgumentError naming what was given, and the key in camelCase, or the nearest one
 */
export function checkOptions(
  options: unknown,
  title: string,
  example = "{ name: 'first' }",
  known?: Readonly<Record<string, true>>,
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ArgumentError(
      `${title}: expected an object of options, such as ${example}, received ${show(options)}.`,
    )
  }
  const keys = Object.keys(options)
  const snake = keys.find((each) => each.includes('_'))
  if (snake !== undefined) {
    throw new ArgumentError(
      `${title}: expected options in camelCase, received '${snake}'. Write '${toCamelCase(snake)}'.`,
    )
  }
  const unknown = known && keys.find((each) => !(each in known))
  if (unknown === undefined) return
  throw new ArgumentError(
    `${title}: has no option '${unknown}'. ${suggestion(unknown, Object.keys(known ?? {}))}`,
  )
}
