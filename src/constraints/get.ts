import { ArgumentError } from '../errors.js'
import { type ConfigValue, isSerialized, type SerializedObject, serializeObject } from '../utils/config.js'
import { type ConfiguredClass, construct } from '../utils/construct.js'
import { customObjects, findCustom, nameIn, serializeFunction } from '../utils/customObjects.js'
import { toSnakeCase } from '../utils/naming.js'
import { suggestion } from '../utils/nearest.js'
import { refuseClass } from '../utils/refuseClass.js'
import { show } from '../utils/show.js'
import { Constraint, type ConstraintFunction } from './constraint.js'
import { MaxNorm } from './maxNorm.js'
import { MinMaxNorm } from './minMaxNorm.js'
import { NonNeg } from './nonNeg.js'
import { UnitNorm } from './unitNorm.js'

/** Names of constraints, as in Keras. Class names (`'MaxNorm'`) work as well. */
export type ConstraintName = 'max_norm' | 'min_max_norm' | 'non_neg' | 'unit_norm'

/** What stands for a constraint in options: a name, a constraint, or a function of a tensor. */
export type ConstraintLike = ConstraintName | ConstraintFunction

const classes: Record<ConstraintName, ConfiguredClass<Constraint>> = {
  max_norm: MaxNorm,
  min_max_norm: MinMaxNorm,
  non_neg: NonNeg,
  unit_norm: UnitNorm,
}

/**
 * The constraint that a name, an object of a saved config or a function stands for; `undefined` for none.
 * @throws ArgumentError for an unknown name, with the nearest known one
 */
export function getConstraint(
  identifier: ConstraintLike | SerializedObject | null | undefined,
): ConstraintFunction | undefined {
  if (identifier === null || identifier === undefined) return undefined
  if (typeof identifier === 'function') return refuseClass(identifier, 'constraint')
  const own = findCustom(identifier)
  if (typeof own === 'function') return own as ConstraintFunction
  const name = isSerialized(identifier) ? nameIn(identifier) : identifier
  if (typeof name !== 'string') {
    throw new ArgumentError(
      `constraint: expected a name such as 'non_neg', constraints.maxNorm(2) or a function of a tensor, received ${show(name)}.`,
    )
  }
  const key = toSnakeCase(name)
  if (!Object.hasOwn(classes, key)) {
    throw new ArgumentError(
      `constraint: '${name}' is unknown. ${suggestion(name, Object.keys({ ...classes, ...customObjects() }))}`,
    )
  }
  return construct(classes[key as ConstraintName], isSerialized(identifier) ? (identifier.config ?? {}) : {})
}

/** A constraint as Keras writes it into configs: `null` for none. */
export function serializeConstraint(constraint: ConstraintFunction | undefined): ConfigValue {
  if (!constraint) return null
  return constraint instanceof Constraint
    ? serializeObject('keras.constraints', constraint)
    : serializeFunction(constraint)
}
