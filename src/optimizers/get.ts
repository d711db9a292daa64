import { ArgumentError } from '../errors.js'
import { isSerialized, type SerializedObject, serializeObject } from '../utils/config.js'
import { type ConfiguredClass, construct } from '../utils/construct.js'
import { findCustom } from '../utils/customObjects.js'
import { suggestion } from '../utils/nearest.js'
import { show } from '../utils/show.js'
import { Adadelta } from './adadelta.js'
import { Adafactor } from './adafactor.js'
import { Adagrad } from './adagrad.js'
import { Adam } from './adam.js'
import { Adamax } from './adamax.js'
import { AdamW } from './adamw.js'
import { Ftrl } from './ftrl.js'
import { Lamb } from './lamb.js'
import { LEGACY_MODULE, LegacyAdagrad, LegacyRMSprop } from './legacy.js'
import { Lion } from './lion.js'
import { Muon } from './muon.js'
import { Nadam } from './nadam.js'
import { Optimizer } from './optimizer.js'
import { RMSprop } from './rmsprop.js'
import { ScheduleFreeAdamW } from './scheduleFreeAdamw.js'
import { SGD } from './sgd.js'

const classes = {
  Adadelta,
  Adafactor,
  Adagrad,
  Adam,
  AdamW,
  Adamax,
  Ftrl,
  Lamb,
  Lion,
  Muon,
  Nadam,
  RMSprop,
  SGD,
  ScheduleFreeAdamW,
}

type ClassName = keyof typeof classes

/** Names of optimizers, as in Keras; capitals do not matter. */
export type OptimizerName = ClassName | Lowercase<ClassName>

/** What stands for an optimizer in `compile`. */
export type OptimizerLike = OptimizerName | Optimizer

/** All by their names in lower case, which are Keras's identifiers. */
const byName: ReadonlyMap<string, ConfiguredClass<Optimizer>> = new Map(
  Object.entries(classes).map(([name, type]) => [name.toLowerCase(), type]),
)

/** Of the legacy optimizers of Keras 2, those that follow a rule of their own. */
const legacy: Readonly<Record<string, ConfiguredClass<Optimizer>>> = {
  adagrad: LegacyAdagrad,
  rmsprop: LegacyRMSprop,
}

/**
 * The optimizer that a name, an object of a saved config or an optimizer stands for.
 * @throws ArgumentError for an unknown name, with the nearest known one
 */
export function getOptimizer(identifier: OptimizerLike | SerializedObject): Optimizer {
  if (identifier instanceof Optimizer) return identifier
  const own = findCustom(identifier)
  if (own instanceof Optimizer) return own
  const name = isSerialized(identifier) ? identifier.class_name : identifier
  if (typeof name !== 'string') {
    throw new ArgumentError(
      `optimizer: expected a name such as 'adam' or an optimizer such as optimizers.adam(), received ${show(name)}.`,
    )
  }
  const isLegacy = isSerialized(identifier) && 'module' in identifier && identifier.module === LEGACY_MODULE
  if (isLegacy && 'decay' in (identifier.config ?? {})) {
    throw new ArgumentError(
      `optimizer: '${name}' of Keras 2 has a decay beside its schedule, which no optimizer here has. Compile with one that is made anew.`,
    )
  }
  const type = (isLegacy && legacy[name.toLowerCase()]) || byName.get(name.toLowerCase())
  if (!type) {
    throw new ArgumentError(`optimizer: '${name}' is unknown. ${suggestion(name, [...byName.keys()])}`)
  }
  return construct(type, isSerialized(identifier) ? (identifier.config ?? {}) : {})
}

/** An optimizer as Keras writes it into configs. */
export const serializeOptimizer = (optimizer: Optimizer): SerializedObject =>
  serializeObject((optimizer.constructor as typeof Optimizer).kerasModule, optimizer)
