import { ArgumentError } from '../errors.js'
import type { Shape } from '../graph/shape.js'
import { isLossFunction, labelForm } from '../losses/get.js'
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
import {
  Accuracy,
  BinaryAccuracy,
  binaryAccuracy,
  CategoricalAccuracy,
  categoricalAccuracy,
  SparseCategoricalAccuracy,
  sparseCategoricalAccuracy,
} from './accuracy.js'
import { AUC } from './auc.js'
import { FalseNegatives, FalsePositives, TrueNegatives, TruePositives } from './confusionCounts.js'
import { ConfusionMatrix } from './confusionMatrix.js'
import {
  ConcordanceCorrelation,
  concordanceCorrelation,
  PearsonCorrelation,
  pearsonCorrelation,
} from './correlation.js'
import { F1Score, FBetaScore } from './fBetaScore.js'
import { CategoricalHinge, Hinge, SquaredHinge } from './hinge.js'
import { BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU } from './iou.js'
import { Mean, MeanMetricWrapper, type MetricFunction } from './mean.js'
import { Metric } from './metric.js'
import {
  PrecisionAtRecall,
  RecallAtPrecision,
  SensitivityAtSpecificity,
  SpecificityAtSensitivity,
} from './operatingPoint.js'
import { Precision, Recall } from './precisionRecall.js'
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  KLDivergence,
  Poisson,
  SparseCategoricalCrossentropy,
} from './probabilistic.js'
import { R2Score } from './r2Score.js'
import {
  CosineSimilarity,
  LogCoshError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  RootMeanSquaredError,
  RootMeanSquaredLogarithmicError,
} from './regression.js'
import { Sum } from './sum.js'
import {
  SparseTopKCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  TopKCategoricalAccuracy,
  topKCategoricalAccuracy,
} from './topKAccuracy.js'

/** Makes a metric from the options in a config, and the config itself, in which some settings may be null. */
type Factory = (options: Record<string, ConfigValue>, config: Config) => Metric

/** Metrics that need no option, made from those in a config. */
const classes = {
  binary_accuracy: BinaryAccuracy,
  categorical_accuracy: CategoricalAccuracy,
  sparse_categorical_accuracy: SparseCategoricalAccuracy,
  top_k_categorical_accuracy: TopKCategoricalAccuracy,
  sparse_top_k_categorical_accuracy: SparseTopKCategoricalAccuracy,
  mean_squared_error: MeanSquaredError,
  root_mean_squared_error: RootMeanSquaredError,
  mean_absolute_error: MeanAbsoluteError,
  mean_absolute_percentage_error: MeanAbsolutePercentageError,
  mean_squared_logarithmic_error: MeanSquaredLogarithmicError,
  root_mean_squared_logarithmic_error: RootMeanSquaredLogarithmicError,
  log_cosh_error: LogCoshError,
  cosine_similarity: CosineSimilarity,
  r2_score: R2Score,
  pearson_correlation: PearsonCorrelation,
  concordance_correlation: ConcordanceCorrelation,
  binary_crossentropy: BinaryCrossentropy,
  categorical_crossentropy: CategoricalCrossentropy,
  sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
  kl_divergence: KLDivergence,
  poisson: Poisson,
  hinge: Hinge,
  squared_hinge: SquaredHinge,
  categorical_hinge: CategoricalHinge,
  true_positives: TruePositives,
  true_negatives: TrueNegatives,
  false_positives: FalsePositives,
  false_negatives: FalseNegatives,
  precision: Precision,
  recall: Recall,
  f1_score: F1Score,
  f_beta_score: FBetaScore,
  auc: AUC,
  binary_io_u: BinaryIoU,
  confusion_matrix: ConfusionMatrix,
  mean: Mean,
  sum: Sum,
} satisfies Record<string, new (options: Record<string, ConfigValue>) => Metric>

/** Metrics that need options, and how one is written. */
const withOptions: Record<string, { readonly make: Factory; readonly example: string }> = {
  io_u: {
    make: (options) =>
      new IoU({
        ...options,
        numClasses: numberOf(options.numClasses),
        targetClassIds: numbersOf(options.targetClassIds),
      }),
    example: 'new metrics.IoU({ numClasses: 2, targetClassIds: [1] })',
  },
  one_hot_io_u: {
    make: (options) =>
      new OneHotIoU({
        ...options,
        numClasses: numberOf(options.numClasses),
        targetClassIds: numbersOf(options.targetClassIds),
      }),
    example: 'new metrics.OneHotIoU({ numClasses: 2, targetClassIds: [1] })',
  },
  mean_io_u: {
    make: (options) => new MeanIoU({ ...options, numClasses: numberOf(options.numClasses) }),
    example: 'new metrics.MeanIoU({ numClasses: 2 })',
  },
  one_hot_mean_io_u: {
    make: (options) => new OneHotMeanIoU({ ...options, numClasses: numberOf(options.numClasses) }),
    example: 'new metrics.OneHotMeanIoU({ numClasses: 2 })',
  },
  sensitivity_at_specificity: {
    make: ({ specificity, ...options }) => new SensitivityAtSpecificity(numberOf(specificity), options),
    example: 'new metrics.SensitivityAtSpecificity(0.5)',
  },
  specificity_at_sensitivity: {
    make: ({ sensitivity, ...options }) => new SpecificityAtSensitivity(numberOf(sensitivity), options),
    example: 'new metrics.SpecificityAtSensitivity(0.5)',
  },
  precision_at_recall: {
    make: ({ recall, ...options }) => new PrecisionAtRecall(numberOf(recall), options),
    example: 'new metrics.PrecisionAtRecall(0.5)',
  },
  recall_at_precision: {
    make: ({ precision, ...options }) => new RecallAtPrecision(numberOf(precision), options),
    example: 'new metrics.RecallAtPrecision(0.5)',
  },
}

/** Keras's short names, and two for root errors that it has not. */
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
  rmse: 'root_mean_squared_error',
  rmsle: 'root_mean_squared_logarithmic_error',
} as const satisfies Record<string, keyof typeof classes>

type ClassName =
  | 'Accuracy'
  | 'AUC'
  | 'KLDivergence'
  | PascalCase<Exclude<keyof typeof classes, 'auc' | 'kl_divergence'>>

/**
 * Names of metrics, as in Keras. `'accuracy'` and `'acc'` are the accuracy that fits the shapes of labels and outputs. The
 * name given is the key in logs. Class names (`'AUC'`) work as well.
 */
export type MetricName = 'accuracy' | 'acc' | keyof typeof classes | keyof typeof aliases | ClassName

/** What stands for a metric in `compile`. */
export type MetricLike = MetricName | Metric | MetricFunction

const known: readonly string[] = [
  'accuracy',
  'acc',
  ...Object.keys(classes),
  ...Object.keys(aliases),
  ...Object.keys(withOptions),
]

const accuracyForms = {
  binary: BinaryAccuracy,
  categorical: CategoricalAccuracy,
  sparse: SparseCategoricalAccuracy,
} satisfies Record<ReturnType<typeof labelForm>, unknown>

const isAccuracy = (name: string): boolean => ['accuracy', 'acc'].includes(name.toLowerCase())

/**
 * @throws ArgumentError if nothing goes by this name, with the nearest name that exists, or the metric needs options. Told
 * apart from `getMetric` so that `compile` can say so before shapes are known.
 */
export function checkMetricIdentifier(identifier: MetricLike | SerializedObject): void {
  if (identifier instanceof Metric) return
  if (typeof identifier === 'function') return void refuseClass(identifier, 'metrics')
  if (isSerialized(identifier)) return void factoryOf(identifier.class_name)
  if (typeof identifier !== 'string') {
    throw new ArgumentError(
      `metrics: expected names such as 'accuracy', metrics or functions, received ${show(identifier)}.`,
    )
  }
  if (isAccuracy(identifier)) return
  factoryOf(identifier)
  const key = keyOf(identifier)
  if (Object.hasOwn(withOptions, key)) {
    throw new ArgumentError(`metrics: '${identifier}' needs options. Write ${withOptions[key].example}.`)
  }
}

/**
 * The metric that an identifier stands for. `'accuracy'` becomes its binary, categorical or sparse form by the shapes of
 * labels and outputs (batches of any one size), as in Keras.
 */
export function getMetric(identifier: MetricLike | SerializedObject, labels: Shape, output: Shape): Metric {
  checkMetricIdentifier(identifier)
  if (identifier instanceof Metric) return identifier
  if (typeof identifier === 'function') {
    return new MeanMetricWrapper(identifier, { name: toSnakeCase(identifier.name) || 'metric' })
  }
  if (isSerialized(identifier)) {
    const { class_name, config = {} } = identifier
    return factoryOf(class_name)(optionsOf(config, ['dtype']), config)
  }
  const named = { name: identifier }
  return isAccuracy(identifier)
    ? new accuracyForms[labelForm(labels, output)](named)
    : factoryOf(identifier)(named, named)
}

/** The key in the tables that a name, an alias or a class's name stands for. */
function keyOf(given: string): string {
  const name = Object.hasOwn(aliases, given) ? aliases[given as keyof typeof aliases] : given
  return Object.hasOwn(classes, name) || Object.hasOwn(withOptions, name) ? name : toSnakeCase(name)
}

function factoryOf(name: string): Factory {
  const key = keyOf(name)
  // Of a saved config; as a name, 'accuracy' is chosen by shapes.
  if (key === 'accuracy') return (options) => new Accuracy(options)
  // Keras's null for this one is no default.
  if (key === 'r2_score') {
    return (options, config) =>
      new R2Score(config.class_aggregation === null ? { ...options, classAggregation: 'none' } : options)
  }
  if (Object.hasOwn(classes, key)) return (options) => new classes[key as keyof typeof classes](options)
  if (Object.hasOwn(withOptions, key)) return withOptions[key].make
  throw new ArgumentError(`metrics: '${name}' is unknown. ${suggestion(name, known)}`)
}

/** Functions of Gradus that are no losses. */
const ownFunctions: readonly unknown[] = [
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  topKCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  pearsonCorrelation,
  concordanceCorrelation,
]

/** Whether a function is one of Gradus's. */
export const isMetricFunction = (given: MetricFunction): boolean =>
  isLossFunction(given) || ownFunctions.includes(given)

/** Whether a metric of Gradus goes by a name. */
export function isMetricName(name: string): boolean {
  const key = keyOf(name)
  return isAccuracy(name) || Object.hasOwn(classes, key) || Object.hasOwn(withOptions, key)
}

/** What is no number becomes NaN, which the metric's own check refuses. */
const numberOf = (value: ConfigValue | undefined): number => (typeof value === 'number' ? value : Number.NaN)

const numbersOf = (value: ConfigValue | undefined): number[] =>
  Array.isArray(value) ? value.map(numberOf) : []

/** A metric as Keras writes it into configs. */
export const serializeMetric = (metric: Metric): SerializedObject => serializeObject('keras.metrics', metric)
