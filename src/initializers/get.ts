import { ArgumentError } from '../errors.js'
import { type Shape, showShape } from '../graph/shape.js'
import { type Config, isSerialized, type SerializedObject, serializeObject } from '../utils/config.js'
import { type ConfiguredClass, construct } from '../utils/construct.js'
import { customObjects, findCustom, nameIn, serializeFunction } from '../utils/customObjects.js'
import { ignoreRejections } from '../utils/ignoreRejections.js'
import { toSnakeCase } from '../utils/naming.js'
import { suggestion } from '../utils/nearest.js'
import { refuseClass } from '../utils/refuseClass.js'
import { show } from '../utils/show.js'
import { Constant, Ones, Zeros } from './constant.js'
import { GlorotNormal, GlorotUniform } from './glorot.js'
import { HeNormal, HeUniform } from './he.js'
import { Identity } from './identity.js'
import { Initializer } from './initializer.js'
import { LecunNormal, LecunUniform } from './lecun.js'
import { Orthogonal } from './orthogonal.js'
import { RandomNormal, RandomUniform, TruncatedNormal } from './random.js'
import { STFT } from './stft.js'
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
  | 'stft'
  | 'zero'
  | 'one'
  | 'normal'
  | 'uniform'

/** A weight's first values as a function of its shape, in row-major order. */
export type InitializerFunction = (shape: Shape) => ArrayLike<number>

/** What stands for an initializer in options. */
export type InitializerLike = InitializerName | Initializer | InitializerFunction

const classes: Record<InitializerName, ConfiguredClass<Initializer>> = {
  zeros: Zeros,
  ones: Ones,
  constant: Constant,
  random_normal: RandomNormal,
  random_uniform: RandomUniform,
  truncated_normal: TruncatedNormal,
  variance_scaling: VarianceScaling,
  glorot_normal: GlorotNormal,
  glorot_uniform: GlorotUniform,
  he_normal: HeNormal,
  he_uniform: HeUniform,
  lecun_normal: LecunNormal,
  lecun_uniform: LecunUniform,
  orthogonal: Orthogonal,
  identity: Identity,
  stft: STFT,
  zero: Zeros,
  one: Ones,
  normal: RandomNormal,
  uniform: RandomUniform,
}

const isArrayLike = (value: unknown): value is ArrayLike<number> =>
  typeof value === 'object' && value !== null && 'length' in value

/** An initializer that calls the user's function. */
class FunctionInitializer extends Initializer {
  constructor(readonly generateValues: InitializerFunction) {
    super()
  }

  override generate(shape: Shape): ArrayLike<number> {
    const values: unknown = this.valuesOf(shape)
    if (isArrayLike(values)) return values
    if (values instanceof Initializer) throw notCalled(shape, `an initializer (${values.className})`)
    ignoreRejections([values])
    throw new ArgumentError(
      `initializer: expected the function to give the numbers of a weight of shape ${showShape(shape)}, received ${show(values)}.`,
    )
  }

  private valuesOf(shape: Shape): unknown {
    try {
      return this.generateValues(shape)
    } catch (error) {
      // It takes the shape for its options.
      throw error instanceof ArgumentError ? notCalled(shape, `an error (${error.message})`, error) : error
    }
  }
}

/** For `initializers.heNormal` in place of `initializers.heNormal()`: a function that makes initializers, not numbers. */
const notCalled = (shape: Shape, received: string, cause?: unknown) =>
  new ArgumentError(
    `initializer: expected the numbers of a weight of shape ${showShape(shape)}, received ${received}. Call the function ` +
      'that makes an initializer, as in initializers.heNormal().',
    { cause },
  )

/**
 * The initializer that a name, an object of a saved config, a function or an initializer stands for.
 * @throws ArgumentError for an unknown name, with the nearest known one
 */
export function getInitializer(
  identifier: InitializerLike | SerializedObject | SerializedObject<string>,
): Initializer {
  if (identifier instanceof Initializer) return identifier
  if (typeof identifier === 'function') {
    return new FunctionInitializer(refuseClass(identifier, 'initializer'))
  }
  const own = findCustom(identifier)
  if (own instanceof Initializer) return own
  if (typeof own === 'function') return new FunctionInitializer(own as InitializerFunction)
  if (typeof identifier === 'string') return byName(identifier, {})
  if (isSerialized(identifier)) return byName(nameIn(identifier), identifier.config ?? {})
  throw new ArgumentError(
    `initializer: expected a name such as 'he_normal', an initializer or a function of a shape, received ${show(identifier)}.`,
  )
}

/** An initializer as Keras writes it into configs. */
export const serializeInitializer = (
  initializer: Initializer,
): SerializedObject | SerializedObject<string> =>
  initializer instanceof FunctionInitializer
    ? serializeFunction(initializer.generateValues)
    : serializeObject('keras.initializers', initializer)

function byName(name: string, config: Config): Initializer {
  // Keras knows `OrthogonalInitializer` and `IdentityInitializer` too.
  const key = Object.hasOwn(classes, name) ? name : toSnakeCase(name).replace(/_initializer$/, '')
  if (!Object.hasOwn(classes, key)) {
    throw new ArgumentError(
      `initializer: '${name}' is unknown. ${suggestion(name, Object.keys({ ...classes, ...customObjects() }))}`,
    )
  }
  return construct(classes[key as InitializerName], config)
}
