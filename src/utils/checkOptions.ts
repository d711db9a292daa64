import { ArgumentError } from '../errors.js'
import { nameOfClass, toCamelCase } from './naming.js'
import { suggestion } from './nearest.js'
import { show } from './show.js'

/**
 * The keys of an interface of options, each named once: the compiler says which is missing or too many. `false`: an option of the class
 * it extends, which the class itself has not.
 */
export type OptionKeys<O> = Readonly<Record<keyof O, boolean>>

/** A class whose constructor takes options. */
export interface ClassOfOptions {
  readonly name: string
  readonly className?: string
  readonly options: Readonly<Record<string, boolean>>
}

/** Stands on options that need no second look on the way up through constructors, nor where a config says more than is known here. */
const CHECKED = Symbol('checked')

/** The same options, which constructors take as they are. */
export const trustedOptions = <O extends object>(options: O): O => ({ ...options, [CHECKED]: true })

/**
 * Options that were looked at before a constructor takes them apart, or hands others on.
 * @param type `new.target`: the class that is made, which knows its options
 */
export function checkedOptions<O extends object>(options: O, type: ClassOfOptions, example?: string): O {
  checkOptions(options, nameOfClass(type), example, type.options)
  return trustedOptions(options)
}

/**
 * Types catch this where they are checked; elsewhere it would go unnoticed: options that are no object, Keras's own
 * snake_case keys, and keys that nobody reads.
 * @param known all keys there are. Default: any will do.
 * @throws ArgumentError naming what was given, and the key in camelCase, or the nearest one
 */
export function checkOptions(
  options: unknown,
  title: string,
  example?: string,
  known?: Readonly<Record<string, boolean>>,
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ArgumentError(
      `${title}: expected an object of options, such as ${example ?? exampleOf(known)}, received ${show(options)}.`,
    )
  }
  if (CHECKED in options) return
  const keys = Object.keys(options)
  const snake = keys.find((each) => each.includes('_'))
  if (snake !== undefined) {
    throw new ArgumentError(
      `${title}: expected options in camelCase, received '${snake}'. Write '${toCamelCase(snake)}'.`,
    )
  }
  const unknown = known && keys.find((each) => !(Object.hasOwn(known, each) && known[each]))
  if (unknown === undefined) return
  const names = Object.keys(known ?? {}).filter((each) => known?.[each])
  throw new ArgumentError(`${title}: has no option '${unknown}'. ${suggestion(unknown, names)}`)
}

/** The first option there is, or the one that all layers have. */
function exampleOf(known: Readonly<Record<string, boolean>> = {}): string {
  const first = Object.keys(known).find((each) => known[each] && each !== 'name')
  return first === undefined ? "{ name: 'first' }" : `{ ${first}: ... }`
}
