import { ArgumentError } from '../errors.js'
import { type ConfigValue, isSerialized, type SerializedObject, serializeObject } from '../utils/config.js'
import { type ConfiguredClass, construct } from '../utils/construct.js'
import { customObjects, findCustom, nameIn, serializeFunction } from '../utils/customObjects.js'
import { toSnakeCase } from '../utils/naming.js'
import { suggestion } from '../utils/nearest.js'
import { refuseClass } from '../utils/refuseClass.js'
import { show } from '../utils/show.js'
import { L1 } from './l1.js'
import { L1L2 } from './l1l2.js'
import { L2 } from './l2.js'
import { OrthogonalRegularizer } from './orthogonal.js'
import { Regularizer, type RegularizerFunction } from './regularizer.js'

/** Names of regularizers, as in Keras. Class names (`'L1L2'`) work as well. */
export type RegularizerName = 'l1' | 'l2' | 'l1l2' | 'orthogonal_regularizer'

/** What stands for a regularizer in options: a name, a regularizer, or a function of a tensor. */
export type RegularizerLike = RegularizerName | RegularizerFunction

const classes: Record<RegularizerName, ConfiguredClass<Regularizer>> = {
  l1: L1,
  l2: L2,
  l1l2: L1L2,
  orthogonal_regularizer: OrthogonalRegularizer,
}

/**
 * The regularizer that a name, an object of a saved config or a function stands for; `undefined` for none.
 * @throws ArgumentError for an unknown name, with the nearest known one
 */
export function getRegularizer(
  identifier: RegularizerLike | SerializedObject | null | undefined,
): RegularizerFunction | undefined {
  if (identifier === null || identifier === undefined) return undefined
  if (typeof identifier === 'function') return refuseClass(identifier, 'regularizer')
  const own = findCustom(identifier)
  if (typeof own === 'function') return own as RegularizerFunction
  const name = isSerialized(identifier) ? nameIn(identifier) : identifier
  if (typeof name !== 'string') {
    throw new ArgumentError(
      `regularizer: expected a name such as 'l2', regularizers.l2(0.01) or a function of a tensor, received ${show(name)}.`,
    )
  }
  const key = toSnakeCase(name)
  if (!Object.hasOwn(classes, key)) {
    throw new ArgumentError(
      `regularizer: '${name}' is unknown. ${suggestion(name, Object.keys({ ...classes, ...customObjects() }))}`,
    )
  }
  return construct(classes[key as RegularizerName], isSerialized(identifier) ? (identifier.config ?? {}) : {})
}

/** A regularizer as Keras writes it into configs: `null` for none. */
export function serializeRegularizer(regularizer: RegularizerFunction | undefined): ConfigValue {
  if (!regularizer) return null
  return regularizer instanceof Regularizer
    ? serializeObject('keras.regularizers', regularizer)
    : serializeFunction(regularizer)
}
