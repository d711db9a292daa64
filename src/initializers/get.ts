import { ArgumentError } from '../errors.js'
import type { Shape } from '../graph/shape.js'
import {
  type Config,
  isSerialized,
  optionsOf,
  type SerializedObject,
  serializeObject,
} from '../utils/config.js'
import { toSnakeCase } from '../utils/naming.js'
import { suggestion } from '../utils/nearest.js'
import { Constant, Ones, Zeros } from './constant.js'
import { GlorotNormal, GlorotUniform } from './glorot.js'
import { HeNormal, HeUniform } from './he.js'
import { Identity } from './identity.js'
import { Initializer } from './initializer.js'
import { LecunNormal, LecunUniform } from './lecun.js'
import { Orthogonal } from './orthogonal.js'
import { RandomNormal, RandomUniform, TruncatedNormal } from './random.js'
import { VarianceScaling } from './varianceScaling.js'

/** Names of initializers, as in Keras. Class names (`'GlorotUniform'`) work as well. */
export type InitializerName =
  | 'zeros'
  | 'ones'
  | 'constant'
  | 'random_normal'
  | 'random_uniform'
  | 'truncated_normal'
  | 'variance_scaling'
  | 'glorot_normal'
  | 'glorot_uniform'
  | 'he_normal'
  | 'he_uniform'
  | 'lecun_normal'
  | 'lecun_uniform'
  | 'orthogonal'
  | 'identity'
  | 'zero'
  | 'one'
  | 'normal'
  | 'uniform'

/** A weight's first values as a function of its shape, in row-major order. */
export type InitializerFunction = (shape: Shape) => ArrayLike<number>

/** What stands for an initializer in options. */
export type InitializerLike = InitializerName | Initializer | InitializerFunction

const factories: Record<InitializerName, (config: Config) => Initializer> = {
  zeros: () => new Zeros(),
  ones: () => new Ones(),
  constant: ({ value }) => new Constant(typeof value === 'number' ? value : undefined),
  random_normal: (config) => new RandomNormal(optionsOf(config)),
  random_uniform: (config) => new RandomUniform(optionsOf(config)),
  truncated_normal: (config) => new TruncatedNormal(optionsOf(config)),
  variance_scaling: (config) => new VarianceScaling(optionsOf(config)),
  glorot_normal: (config) => new GlorotNormal(optionsOf(config)),
  glorot_uniform: (config) => new GlorotUniform(optionsOf(config)),
  he_normal: (config) => new HeNormal(optionsOf(config)),
  he_uniform: (config) => new HeUniform(optionsOf(config)),
  lecun_normal: (config) => new LecunNormal(optionsOf(config)),
  lecun_uniform: (config) => new LecunUniform(optionsOf(config)),
  orthogonal: (config) => new Orthogonal(optionsOf(config)),
  identity: ({ gain }) => new Identity(typeof gain === 'number' ? gain : undefined),
  zero: () => new Zeros(),
  one: () => new Ones(),
  normal: () => new RandomNormal(),
  uniform: () => new RandomUniform(),
}

/** An initializer that calls the user's function. */
class FunctionInitializer extends Initializer {
  constructor(readonly generateValues: InitializerFunction) {
    super()
  }

  override get className(): string {
    return this.generateValues.name
  }

  override generate(shape: Shape): ArrayLike<number> {
    return this.generateValues(shape)
  }
}

/**
 * The initializer that a name, an object of a saved config, a function or an initializer stands for.
 * @throws ArgumentError for an unknown name, with the nearest known one
 */
export function getInitializer(identifier: InitializerLike | SerializedObject): Initializer {
  if (identifier instanceof Initializer) return identifier
  if (typeof identifier === 'function') return new FunctionInitializer(identifier)
  if (typeof identifier === 'string') return byName(identifier, {})
  if (isSerialized(identifier)) return byName(identifier.class_name, identifier.config ?? {})
  throw new ArgumentError(
    `initializer: expected a name such as 'he_normal', an initializer or a function of a shape, received ${String(identifier)}.`,
  )
}

/** An initializer as Keras writes it into configs. */
export const serializeInitializer = (initializer: Initializer): SerializedObject =>
  serializeObject('keras.initializers', initializer)

function byName(name: string, config: Config): Initializer {
  // Keras knows `OrthogonalInitializer` and `IdentityInitializer` too.
  const key = Object.hasOwn(factories, name) ? name : toSnakeCase(name).replace(/_initializer$/, '')
  if (!Object.hasOwn(factories, key)) {
    throw new ArgumentError(`initializer: '${name}' is unknown. ${suggestion(name, Object.keys(factories))}`)
  }
  return factories[key as InitializerName](config)
}
