import { ArgumentError } from '../errors.js'
import { show } from './show.js'

/** @throws ArgumentError unless the value is one of the choices */
export function oneOf<T extends string>(value: T, choices: readonly T[], what: string): T {
  if (!choices.includes(value)) {
    throw new ArgumentError(
      `${what}: expected ${choices.map((choice) => `'${choice}'`).join(' or ')}, received ${show(value)}.`,
    )
  }
  return value
}
