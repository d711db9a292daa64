import { ArgumentError } from '../errors.js'
import { classNameOf } from './config.js'
import { toSnakeCase } from './naming.js'

/**
 * Looks for a method that a user's class must have: programs without types may leave it out, or spell it as Keras does.
 * @param form the method and its parameters: `updateState(yTrue, yPred)`
 * @param purpose what the method does
 * @throws ArgumentError naming the class and the method
 */
export function requireMethod(object: object, title: string, form: string, purpose: string): void {
  const method = form.slice(0, form.indexOf('('))
  if (typeof Reflect.get(object, method) === 'function') return
  const kerasName = toSnakeCase(method)
  const received = kerasName in object ? `${kerasName}: did you mean ${method}?` : 'none.'
  throw new ArgumentError(
    `${title}: expected the class ${classNameOf(object)} to have a method ${form}, which ${purpose}; received ${received}`,
  )
}
