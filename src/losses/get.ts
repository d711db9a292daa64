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
import { BinaryCrossentropy, binaryCrossentropy } from './binaryCrossentropy.js'
import { CategoricalCrossentropy, categoricalCrossentropy } from './categoricalCrossentropy.js'
import { FunctionLoss, Loss, type LossFunction } from './loss.js'
import { MeanSquaredError, meanSquaredError } from './meanSquaredError.js'
import {
  SparseCategoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from './sparseCategoricalCrossentropy.js'

/** Names of losses, as in Keras. Class names (`'MeanSquaredError'`) work as well. */
export type LossName =
  | 'categorical_crossentropy'
  | 'sparse_categorical_crossentropy'
  | 'binary_crossentropy'
  | 'mean_squared_error'
  | 'mse'
  | 'MSE'
  | 'bce'
  | 'BCE'
  /** The cross-entropy that fits the shapes of labels and outputs. */
  | 'crossentropy'
  | 'ce'

/** What stands for a loss in `compile`. */
export type LossLike = LossName | Loss | LossFunction

type Factory = (config: Config) => Loss

const categorical: Factory = (config) => new CategoricalCrossentropy(optionsOf(config, ['axis']))
const sparse: Factory = (config) =>
  new SparseCategoricalCrossentropy(optionsOf(config, ['axis', 'ignore_class']))
const binary: Factory = (config) => new BinaryCrossentropy(optionsOf(config, ['axis']))
const squared: Factory = (config) => new MeanSquaredError(optionsOf(config))

const factories: Record<Exclude<LossName, 'crossentropy' | 'ce'>, Factory> = {
  categorical_crossentropy: categorical,
  sparse_categorical_crossentropy: sparse,
  binary_crossentropy: binary,
  mean_squared_error: squared,
  mse: squared,
  MSE: squared,
  bce: binary,
  BCE: binary,
}

const known: readonly string[] = [...Object.keys(factories), 'crossentropy', 'ce']

/** Functions that are known to be a class's own, so that their labels are checked as the class's. */
const classOf = new Map<LossFunction, Factory>([
  [categoricalCrossentropy, categorical],
  [sparseCategoricalCrossentropy, sparse],
  [binaryCrossentropy, binary],
  [meanSquaredError, squared],
])

/**
 * @throws ArgumentError if nothing goes by this name, with the nearest name that exists. Told apart from `getLoss` so that
 * `compile` can say so before shapes are known.
 */
export function checkLossIdentifier(identifier: LossLike | SerializedObject): void {
  if (identifier instanceof Loss || typeof identifier === 'function') return
  const name = isSerialized(identifier) ? identifier.class_name : identifier
  if (typeof name !== 'string') {
    throw new ArgumentError(
      `loss: expected a name such as 'categorical_crossentropy', a loss or a function, received ${String(name)}.`,
    )
  }
  if (!known.includes(name) && !known.includes(toSnakeCase(name))) {
    throw new ArgumentError(`loss: '${name}' is unknown. ${suggestion(name, known)}`)
  }
}

/**
 * The loss that an identifier stands for, given the shapes of labels and outputs (batches of any one size), on which
 * the choice of `'crossentropy'` depends.
 */
export function getLoss(identifier: LossLike | SerializedObject, labels: Shape, output: Shape): Loss {
  checkLossIdentifier(identifier)
  if (identifier instanceof Loss) return identifier
  if (typeof identifier === 'function') return classOf.get(identifier)?.({}) ?? new FunctionLoss(identifier)
  const name = isSerialized(identifier) ? identifier.class_name : identifier
  const config = isSerialized(identifier) ? (identifier.config ?? {}) : {}
  if (name === 'crossentropy' || name === 'ce')
    return { binary, sparse, categorical }[labelForm(labels, output)]({})
  const key = Object.hasOwn(factories, name) ? name : toSnakeCase(name)
  return factories[key as keyof typeof factories](config)
}

/** What kind of labels these shapes mean, by Keras's rule. */
export function labelForm(labels: Shape, output: Shape): 'binary' | 'sparse' | 'categorical' {
  if (output.at(-1) === 1) return 'binary'
  return labels.length < output.length || labels.at(-1) === 1 ? 'sparse' : 'categorical'
}

/** A loss as Keras writes it into configs. */
export const serializeLoss = (loss: Loss): SerializedObject => serializeObject('keras.losses', loss)
