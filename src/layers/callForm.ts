import { ArgumentError } from '../errors.js'

/** How Keras's layer is called on several tensors, which this one takes as a list. */
export interface CallForm {
  /** Names of the tensors in the list's order. */
  readonly names: readonly string[]
  /** How many of them are given by position; the others are keyword arguments. */
  readonly positional: number
  /** Whether the last name stands for a list of all that follow. Default: false. */
  readonly takesRest?: boolean
  /** What stands in for a tensor that is not given, though a later one is. */
  readonly otherwise?: Readonly<Record<string, string>>
}

/** Arguments of a call by position and by name. */
export interface CallArguments<T> {
  readonly args: readonly T[]
  readonly kwargs: Readonly<Record<string, T | readonly T[]>>
}

/** A list of tensors as arguments of Keras's layer. */
export function toArguments<T>(
  { names, positional, takesRest }: CallForm,
  list: readonly T[],
): CallArguments<T> {
  const others = list.slice(positional)
  const rest = takesRest ? names.slice(-1).map((name) => [name, others] as const) : []
  const named = takesRest ? rest : others.map((value, i) => [names[positional + i], value] as const)
  return { args: list.slice(0, positional), kwargs: others.length > 0 ? Object.fromEntries(named) : {} }
}

/**
 * The list of tensors that arguments of Keras's layer stand for.
 * @throws ArgumentError if one is missing in between
 */
export function fromArguments<T>(
  { names, takesRest, otherwise = {} }: CallForm,
  { args, kwargs }: CallArguments<T>,
  title: string,
): T[] {
  const given = new Map<string, T | readonly T[]>([
    ...args.map((value, i) => [names[i], value] as const),
    ...Object.entries(kwargs),
  ])
  const last = names.findLastIndex((name) => given.has(name))
  return names.slice(0, last + 1).flatMap((name) => {
    const value = given.get(name) ?? given.get(otherwise[name])
    if (value === undefined) {
      throw new ArgumentError(`${title}: its config calls it without '${name}', but with '${names[last]}'.`)
    }
    return takesRest && Array.isArray(value) ? (value as T[]) : [value as T]
  })
}
