import { ArgumentError } from '../errors.js'
import { isSerialized, type SerializedObject } from '../utils/config.js'
import { type PascalCase, toSnakeCase } from '../utils/naming.js'
import { suggestion } from '../utils/nearest.js'
import { refuseClass } from '../utils/refuseClass.js'
import { show } from '../utils/show.js'
import type { MetricFunction } from './mean.js'
import { Metric } from './metric.js'

/** Metrics that need no option. */
const keys = [
  'binary_accuracy',
  'categorical_accuracy',
  'sparse_categorical_accuracy',
  'top_k_categorical_accuracy',
  'sparse_top_k_categorical_accuracy',
  'mean_squared_error',
  'root_mean_squared_error',
  'mean_absolute_error',
  'mean_absolute_percentage_error',
  'mean_squared_logarithmic_error',
  'root_mean_squared_logarithmic_error',
  'log_cosh_error',
  'cosine_similarity',
  'r2_score',
  'pearson_correlation',
  'concordance_correlation',
  'binary_crossentropy',
  'categorical_crossentropy',
  'sparse_categorical_crossentropy',
  'kl_divergence',
  'poisson',
  'hinge',
  'squared_hinge',
  'categorical_hinge',
  'true_positives',
  'true_negatives',
  'false_positives',
  'false_negatives',
  'precision',
  'recall',
  'f1_score',
  'f_beta_score',
  'auc',
  'binary_io_u',
  'confusion_matrix',
  'mean',
  'sum',
] as const

/** Metrics that need options, and how one is written. */
const examples = {
  io_u: 'new metrics.IoU({ numClasses: 2, targetClassIds: [1] })',
  one_hot_io_u: 'new metrics.OneHotIoU({ numClasses: 2, targetClassIds: [1] })',
  mean_io_u: 'new metrics.MeanIoU({ numClasses: 2 })',
  one_hot_mean_io_u: 'new metrics.OneHotMeanIoU({ numClasses: 2 })',
  sensitivity_at_specificity: 'new metrics.SensitivityAtSpecificity(0.5)',
  specificity_at_sensitivity: 'new metrics.SpecificityAtSensitivity(0.5)',
  precision_at_recall: 'new metrics.PrecisionAtRecall(0.5)',
  recall_at_precision: 'new metrics.RecallAtPrecision(0.5)',
} as const

/** What the tables of metrics are ordered by. */
export type MetricKey = (typeof keys)[number]
export type KeyWithOptions = keyof typeof examples

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
} as const satisfies Record<string, MetricKey>

type ClassName = 'Accuracy' | 'AUC' | 'KLDivergence' | PascalCase<Exclude<MetricKey, 'auc' | 'kl_divergence'>>

/**
 * Names of metrics, as in Keras. `'accuracy'` and `'acc'` are the accuracy that fits the shapes of labels and outputs. The
 * name given is the key in logs. Class names (`'AUC'`) work as well.
 */
export type MetricName = 'accuracy' | 'acc' | MetricKey | keyof typeof aliases | ClassName

/** What stands for a metric in `compile`. */
export type MetricLike = MetricName | Metric | MetricFunction

const known: readonly string[] = [
  'accuracy',
  'acc',
  ...keys,
  ...Object.keys(aliases),
  ...Object.keys(examples),
]

export const isAccuracy = (name: string): boolean => ['accuracy', 'acc'].includes(name.toLowerCase())

/**
 * @throws ArgumentError if nothing goes by this name, with the nearest name that exists, or the metric needs options. Told
 * apart from `getMetric` so that `compile` can say so before shapes are known.
 */
export function checkMetricIdentifier(identifier: MetricLike | SerializedObject): void {
  if (identifier instanceof Metric) return
  if (typeof identifier === 'function') return void refuseClass(identifier, 'metrics')
  if (isSerialized(identifier)) return void keyOf(identifier.class_name)
  if (typeof identifier !== 'string') {
    throw new ArgumentError(
      `metrics: expected names such as 'accuracy', metrics or functions, received ${show(identifier)}.`,
    )
  }
  if (isAccuracy(identifier)) return
  const key = keyOf(identifier)
  if (isKeyWithOptions(key)) {
    throw new ArgumentError(`metrics: '${identifier}' needs options. Write ${examples[key]}.`)
  }
}

/** What a config may name: a key of the tables, or `'accuracy'`, which is chosen by shapes otherwise. */
type ConfigKey = MetricKey | KeyWithOptions | 'accuracy'

/**
 * The key in the tables that a name, an alias or a class's name stands for.
 * @throws ArgumentError if there is none, with the nearest name that exists
 */
export function keyOf(given: string): ConfigKey {
  const key = keyFor(given)
  if (isKey(key) || isKeyWithOptions(key) || key === 'accuracy') return key
  throw new ArgumentError(`metrics: '${given}' is unknown. ${suggestion(given, known)}`)
}

function keyFor(given: string): string {
  const name = Object.hasOwn(aliases, given) ? aliases[given as keyof typeof aliases] : given
  return isKey(name) || isKeyWithOptions(name) ? name : toSnakeCase(name)
}

const isKey = (name: string): name is MetricKey => (keys as readonly string[]).includes(name)
export const isKeyWithOptions = (name: string): name is KeyWithOptions => Object.hasOwn(examples, name)

/** Whether a metric of Gradus goes by a name. */
export function isMetricName(name: string): boolean {
  const key = keyFor(name)
  return isAccuracy(name) || isKey(key) || isKeyWithOptions(key)
}
