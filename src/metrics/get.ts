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
import { toSnakeCase } from '../utils/naming.js'
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
  checkMetricIdentifier,
  isAccuracy,
  isKeyWithOptions,
  type KeyWithOptions,
  keyOf,
  type MetricKey,
  type MetricLike,
} from './names.js'
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
} satisfies Record<MetricKey, new (options: Record<string, ConfigValue>) => Metric>

/** Metrics that need options. */
const withOptions: Record<KeyWithOptions, Factory> = {
  io_u: (options) =>
    new IoU({
      ...options,
      numClasses: numberOf(options.numClasses),
      targetClassIds: numbersOf(options.targetClassIds),
    }),
  one_hot_io_u: (options) =>
    new OneHotIoU({
      ...options,
      numClasses: numberOf(options.numClasses),
      targetClassIds: numbersOf(options.targetClassIds),
    }),
  mean_io_u: (options) => new MeanIoU({ ...options, numClasses: numberOf(options.numClasses) }),
  one_hot_mean_io_u: (options) => new OneHotMeanIoU({ ...options, numClasses: numberOf(options.numClasses) }),
  sensitivity_at_specificity: ({ specificity, ...options }) =>
    new SensitivityAtSpecificity(numberOf(specificity), options),
  specificity_at_sensitivity: ({ sensitivity, ...options }) =>
    new SpecificityAtSensitivity(numberOf(sensitivity), options),
  precision_at_recall: ({ recall, ...options }) => new PrecisionAtRecall(numberOf(recall), options),
  recall_at_precision: ({ precision, ...options }) => new RecallAtPrecision(numberOf(precision), options),
}

const accuracyForms = {
  binary: BinaryAccuracy,
  categorical: CategoricalAccuracy,
  sparse: SparseCategoricalAccuracy,
} satisfies Record<ReturnType<typeof labelForm>, unknown>

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

function factoryOf(name: string): Factory {
  const key = keyOf(name)
  // Of a saved config; as a name, 'accuracy' is chosen by shapes.
  if (key === 'accuracy') return (options) => new Accuracy(options)
  // Keras's null for this one is no default.
  if (key === 'r2_score') {
    return (options, config) =>
      new R2Score(config.class_aggregation === null ? { ...options, classAggregation: 'none' } : options)
  }
  return isKeyWithOptions(key) ? withOptions[key] : (options) => new classes[key](options)
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

/** What is no number becomes NaN, which the metric's own check refuses. */
const numberOf = (value: ConfigValue | undefined): number => (typeof value === 'number' ? value : Number.NaN)

const numbersOf = (value: ConfigValue | undefined): number[] =>
  Array.isArray(value) ? value.map(numberOf) : []

/** A metric as Keras writes it into configs. */
export const serializeMetric = (metric: Metric): SerializedObject => serializeObject('keras.metrics', metric)
