import { ArgumentError } from '../errors.js'
import type { Shape } from '../graph/shape.js'
import {
  type Config,
  type ConfigValue,
  isSerialized,
  optionsOf,
  type SerializedObject,
  serializeObject,
} from '../utils/config.js'
import { type PascalCase, toSnakeCase } from '../utils/naming.js'
import { suggestion } from '../utils/nearest.js'
import { refuseClass } from '../utils/refuseClass.js'
import { show } from '../utils/show.js'
import { BinaryCrossentropy, binaryCrossentropy } from './binaryCrossentropy.js'
import { BinaryFocalCrossentropy, binaryFocalCrossentropy } from './binaryFocalCrossentropy.js'
import { CategoricalCrossentropy, categoricalCrossentropy } from './categoricalCrossentropy.js'
import { CategoricalFocalCrossentropy, categoricalFocalCrossentropy } from './categoricalFocalCrossentropy.js'
import {
  CategoricalGeneralizedCrossEntropy,
  categoricalGeneralizedCrossEntropy,
} from './categoricalGeneralizedCrossEntropy.js'
import { CategoricalHinge, categoricalHinge } from './categoricalHinge.js'
import { Circle, circle } from './circle.js'
import { CosineSimilarity, cosineSimilarity } from './cosineSimilarity.js'
import { CTC, ctc } from './ctc.js'
import { Dice, dice } from './dice.js'
import { Hinge, hinge } from './hinge.js'
import { Huber, huber } from './huber.js'
import { KLDivergence, klDivergence } from './klDivergence.js'
import { LogCosh, logCosh } from './logCosh.js'
import { FunctionLoss, Loss, type LossFunction } from './loss.js'
import { MeanAbsoluteError, meanAbsoluteError } from './meanAbsoluteError.js'
import { MeanAbsolutePercentageError, meanAbsolutePercentageError } from './meanAbsolutePercentageError.js'
import { MeanSquaredError, meanSquaredError } from './meanSquaredError.js'
import { MeanSquaredLogarithmicError, meanSquaredLogarithmicError } from './meanSquaredLogarithmicError.js'
import { Poisson, poisson } from './poisson.js'
import {
  SparseCategoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from './sparseCategoricalCrossentropy.js'
import { SquaredHinge, squaredHinge } from './squaredHinge.js'
import { Tversky, tversky } from './tversky.js'

/** A class of losses, made from the options in a config. */
type LossClass = new (options: Record<string, ConfigValue>) => Loss

const classes = {
  mean_squared_error: MeanSquaredError,
  mean_absolute_error: MeanAbsoluteError,
  mean_absolute_percentage_error: MeanAbsolutePercentageError,
  mean_squared_logarithmic_error: MeanSquaredLogarithmicError,
  huber: Huber,
  log_cosh: LogCosh,
  binary_crossentropy: BinaryCrossentropy,
  categorical_crossentropy: CategoricalCrossentropy,
  sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
  binary_focal_crossentropy: BinaryFocalCrossentropy,
  categorical_focal_crossentropy: CategoricalFocalCrossentropy,
  categorical_generalized_cross_entropy: CategoricalGeneralizedCrossEntropy,
  kl_divergence: KLDivergence,
  poisson: Poisson,
  hinge: Hinge,
  squared_hinge: SquaredHinge,
  categorical_hinge: CategoricalHinge,
  cosine_similarity: CosineSimilarity,
  dice: Dice,
  tversky: Tversky,
  circle: Circle,
  ctc: CTC,
} satisfies Record<string, LossClass>

type Name = keyof typeof classes

/** Keras's short names, and two of its earlier ones. */
const aliases = {
  mse: 'mean_squared_error',
  MSE: 'mean_squared_error',
  mae: 'mean_absolute_error',
  MAE: 'mean_absolute_error',
  mape: 'mean_absolute_percentage_error',
  MAPE: 'mean_absolute_percentage_error',
  msle: 'mean_squared_logarithmic_error',
  MSLE: 'mean_squared_logarithmic_error',
  bce: 'binary_crossentropy',
  BCE: 'binary_crossentropy',
  kld: 'kl_divergence',
  KLD: 'kl_divergence',
  kullback_leibler_divergence: 'kl_divergence',
  logcosh: 'log_cosh',
} as const satisfies Record<string, Name>

type ClassName = 'CTC' | 'KLDivergence' | PascalCase<Exclude<Name, 'ctc' | 'kl_divergence'>>

/**
 * Names of losses, as in Keras. `'crossentropy'` and `'ce'` are the cross-entropy that fits the shapes of labels and
 * outputs. Class names (`'MeanSquaredError'`) work as well.
 */
export type LossName = Name | keyof typeof aliases | 'crossentropy' | 'ce' | ClassName

/** What stands for a loss in `compile`. */
export type LossLike = LossName | Loss | LossFunction

const known: readonly string[] = [...Object.keys(classes), ...Object.keys(aliases), 'crossentropy', 'ce']

/** Functions that are known to be a class's own, so that their labels are checked as the class's. */
const classOf = new Map<LossFunction, Name>([
  [meanSquaredError, 'mean_squared_error'],
  [meanAbsoluteError, 'mean_absolute_error'],
  [meanAbsolutePercentageError, 'mean_absolute_percentage_error'],
  [meanSquaredLogarithmicError, 'mean_squared_logarithmic_error'],
  [huber, 'huber'],
  [logCosh, 'log_cosh'],
  [binaryCrossentropy, 'binary_crossentropy'],
  [categoricalCrossentropy, 'categorical_crossentropy'],
  [sparseCategoricalCrossentropy, 'sparse_categorical_crossentropy'],
  [binaryFocalCrossentropy, 'binary_focal_crossentropy'],
  [categoricalFocalCrossentropy, 'categorical_focal_crossentropy'],
  [categoricalGeneralizedCrossEntropy, 'categorical_generalized_cross_entropy'],
  [klDivergence, 'kl_divergence'],
  [poisson, 'poisson'],
  [hinge, 'hinge'],
  [squaredHinge, 'squared_hinge'],
  [categoricalHinge, 'categorical_hinge'],
  [cosineSimilarity, 'cosine_similarity'],
  [dice, 'dice'],
  [tversky, 'tversky'],
  [circle, 'circle'],
  [ctc, 'ctc'],
])

/**
 * @throws ArgumentError if nothing goes by this name, with the nearest name that exists. Told apart from `getLoss` so that
 * `compile` can say so before shapes are known.
 */
export function checkLossIdentifier(identifier: LossLike | SerializedObject): void {
  if (identifier instanceof Loss) return
  if (typeof identifier === 'function') return void refuseClass(identifier, 'loss')
  const name = isSerialized(identifier) ? identifier.class_name : identifier
  if (typeof name !== 'string') {
    throw new ArgumentError(
      `loss: expected a name such as 'categorical_crossentropy', a loss or a function, received ${show(name)}.`,
    )
  }
  if (!isChosenByShapes(name)) nameOf(name)
}

/**
 * The loss that an identifier stands for, given the shapes of labels and outputs (batches of any one size), on which
 * the choice of `'crossentropy'` depends.
 */
export function getLoss(identifier: LossLike | SerializedObject, labels: Shape, output: Shape): Loss {
  checkLossIdentifier(identifier)
  if (identifier instanceof Loss) return identifier
  if (typeof identifier === 'function') {
    const own = classOf.get(identifier)
    return own === undefined ? new FunctionLoss(identifier) : new classes[own]({})
  }
  const name = isSerialized(identifier) ? identifier.class_name : identifier
  const config = isSerialized(identifier) ? (identifier.config ?? {}) : {}
  const key = isChosenByShapes(name) ? crossentropies[labelForm(labels, output)] : nameOf(name)
  return new classes[key](lossOptions(config))
}

/** Keras's `null` for a reduction means none, unlike that of other settings, which means the default. */
const lossOptions = (config: Config): Record<string, ConfigValue> => ({
  ...optionsOf(config, ['dtype']),
  ...(config.reduction === null ? { reduction: 'none' } : {}),
})

const crossentropies = {
  binary: 'binary_crossentropy',
  sparse: 'sparse_categorical_crossentropy',
  categorical: 'categorical_crossentropy',
} as const

const isChosenByShapes = (name: string): boolean => ['crossentropy', 'ce'].includes(name.toLowerCase())

/** The name in the table that a name, an alias or a class's name stands for. */
function nameOf(given: string): Name {
  const name = Object.hasOwn(aliases, given) ? aliases[given as keyof typeof aliases] : given
  const key = [name, toSnakeCase(name)].find((each): each is Name => Object.hasOwn(classes, each))
  if (key !== undefined) return key
  throw new ArgumentError(`loss: '${given}' is unknown. ${suggestion(given, known)}`)
}

/** Whether a function is one of Gradus's. */
export const isLossFunction = (given: LossFunction): boolean => classOf.has(given)

/** Whether a loss of Gradus goes by a name. */
export function isLossName(name: string): boolean {
  const keys = [name, toSnakeCase(name)]
  return isChosenByShapes(name) || keys.some((key) => Object.hasOwn({ ...classes, ...aliases }, key))
}

/** What kind of labels these shapes mean, by Keras's rule. */
export function labelForm(labels: Shape, output: Shape): 'binary' | 'sparse' | 'categorical' {
  if (output.at(-1) === 1) return 'binary'
  return labels.length < output.length || labels.at(-1) === 1 ? 'sparse' : 'categorical'
}

/** A loss as Keras writes it into configs. */
export const serializeLoss = (loss: Loss): SerializedObject => serializeObject('keras.losses', loss)
