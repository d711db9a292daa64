import { ArgumentError } from '../errors.js'

/** One value, a list of values, or an object with a name for each. */
export type Structure<T> = T | readonly T[] | { readonly [name: string]: T }

/** How the values of a structure are arranged, without the values. */
export type Layout =
  | { readonly kind: 'one' }
  | { readonly kind: 'list'; readonly size: number }
  | { readonly kind: 'object'; readonly keys: readonly string[] }

/** Tells a single value from a list or an object of values. */
export type IsValue<T> = (structure: Structure<T>) => structure is T

/** How a structure is arranged. */
export function layoutOf<T>(structure: Structure<T>, isValue: IsValue<T>): Layout {
  if (isValue(structure)) return { kind: 'one' }
  if (Array.isArray(structure)) return { kind: 'list', size: structure.length }
  return { kind: 'object', keys: Object.keys(structure as object) }
}

/** The values of a structure in order: of a list as they stand, of an object by the order of its keys. */
export function flatten<T>(structure: Structure<T>, isValue: IsValue<T>): T[] {
  if (isValue(structure)) return [structure]
  return Array.isArray(structure) ? [...structure] : Object.values(structure as Record<string, T>)
}

/** Values arranged as a layout says; the inverse of `flatten`. */
export function pack<T>(values: readonly T[], layout: Layout): Structure<T> {
  if (layout.kind === 'one') return values[0]
  if (layout.kind === 'list') return values
  return Object.fromEntries(layout.keys.map((key, i) => [key, values[i]]))
}

/** A structure of what `f` makes of each value. */
export const mapStructure = <T, U>(
  structure: Structure<T>,
  isValue: IsValue<T>,
  f: (value: T) => U,
): Structure<U> => pack(flatten(structure, isValue).map(f), layoutOf(structure, isValue))

/** How many values a layout has room for. */
export function layoutSize(layout: Layout): number {
  if (layout.kind === 'one') return 1
  return layout.kind === 'list' ? layout.size : layout.keys.length
}

/** A layout in words, for errors: `a list of 2`, `an object { a, b }`. */
export function showLayout(layout: Layout, what: string): string {
  if (layout.kind === 'one') return `one ${what}`
  if (layout.kind === 'list') return `a list of ${layout.size} ${what}s`
  return `an object of ${what}s { ${layout.keys.join(', ')} }`
}

/**
 * The values that someone gave for a layout whose places have names, in the layout's order. Besides the layout's own form,
 * an object with the places' names does for a list, and one value alone for a list of one.
 *
 * @param names the name of each place
 * @param isValue tells a value from a list or an object of values
 * @throws ArgumentError saying what is missing or too many
 */
export function arrange<T>(
  given: Structure<T>,
  layout: Layout,
  names: readonly string[],
  isValue: (value: Structure<T>) => boolean,
  title: string,
): T[] {
  const size = layoutSize(layout)
  if (isValue(given) && (layout.kind === 'one' || size === 1)) return [given as T]
  const expected =
    layout.kind === 'one'
      ? `one array for '${names[0]}'`
      : layout.kind === 'list'
        ? `a list of ${size} arrays, in the order ${names.join(', ')}, or an object with these names`
        : `an object { ${names.join(', ')} }`
  if (isValue(given)) throw new ArgumentError(`${title}: expected ${expected}, received one array.`)
  if (Array.isArray(given)) {
    if (layout.kind !== 'object' && given.length === size) return [...given]
    throw new ArgumentError(`${title}: expected ${expected}, received a list of ${given.length}.`)
  }
  const byName = given as Readonly<Record<string, T>>
  const keys = layout.kind === 'object' ? layout.keys : names
  const missing = keys.filter((key) => !Object.hasOwn(byName, key))
  const unknown = Object.keys(byName).filter((key) => !keys.includes(key))
  if (missing.length > 0 || unknown.length > 0) {
    throw new ArgumentError(
      `${title}: expected ${expected}, received { ${Object.keys(byName).join(', ')} }` +
        `${missing.length > 0 ? `; missing: ${missing.join(', ')}` : ''}${unknown.length > 0 ? `; unknown: ${unknown.join(', ')}` : ''}.`,
    )
  }
  return keys.map((key) => byName[key])
}
