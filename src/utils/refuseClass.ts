import { ArgumentError } from '../errors.js'
import { show } from './show.js'

/**
 * The function that was given, unless it is a class in place of an object of it: calling that fails later, and elsewhere.
 * @throws ArgumentError naming the class
 */
export function refuseClass<T extends object>(given: T, what: string): T {
  if (!isClass(given)) return given
  throw new ArgumentError(`${what}: expected a name, a function or an object, received ${show(given)}.`)
}

const isClass = (value: object): boolean => /^class\b/.test(Function.prototype.toString.call(value))
