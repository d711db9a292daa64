import { ArgumentError } from '../errors.js'
import type { Shape } from '../graph/shape.js'
import { labelForm } from '../losses/get.js'
import { type SerializedObject, serializeObject } from '../utils/config.js'
import { toSnakeCase } from '../utils/naming.js'
import { suggestion } from '../utils/nearest.js'
import { BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy } from './accuracy.js'
import { MeanOfFunction, type MetricFunction } from './mean.js'
import { MeanSquaredError } from './meanSquaredError.js'
import { Metric } from './metric.js'

/** Names of metrics, as in Keras. The name given is the key in logs: `'acc'` or `'accuracy'`. */
export type MetricName =
  | 'accuracy'
  | 'acc'
  | 'binary_accuracy'
  | 'categorical_accuracy'
  | 'sparse_categorical_accuracy'
  | 'mean_squared_error'
  | 'mse'
  | 'MSE'

/** What stands for a metric in `compile`. */
export type MetricLike = MetricName | Metric | MetricFunction

type Factory = (name: string) => Metric

const factories: Record<Exclude<MetricName, 'accuracy' | 'acc'>, Factory> = {
  binary_accuracy: (name) => new BinaryAccuracy({ name }),
  categorical_accuracy: (name) => new CategoricalAccuracy({ name }),
  sparse_categorical_accuracy: (name) => new SparseCategoricalAccuracy({ name }),
  mean_squared_error: (name) => new MeanSquaredError({ name }),
  mse: (name) => new MeanSquaredError({ name }),
  MSE: (name) => new MeanSquaredError({ name }),
}

const accuracyForms: Record<ReturnType<typeof labelForm>, Factory> = {
  binary: factories.binary_accuracy,
  categorical: factories.categorical_accuracy,
  sparse: factories.sparse_categorical_accuracy,
}

const isAccuracy = (name: string): boolean => ['accuracy', 'acc'].includes(name.toLowerCase())

/** @throws ArgumentError if nothing goes by this name, with the nearest name that exists */
export function checkMetricIdentifier(identifier: MetricLike): void {
  if (identifier instanceof Metric || typeof identifier === 'function') return
  if (typeof identifier !== 'string') {
    throw new ArgumentError(
      `metrics: expected names such as 'accuracy', metrics or functions, received ${String(identifier)}.`,
    )
  }
  if (isAccuracy(identifier) || Object.hasOwn(factories, toKey(identifier))) return
  const known = ['accuracy', 'acc', ...Object.keys(factories)]
  throw new ArgumentError(`metrics: '${identifier}' is unknown. ${suggestion(identifier, known)}`)
}

const toKey = (name: string): string => (Object.hasOwn(factories, name) ? name : toSnakeCase(name))

/**
 * The metric that an identifier stands for. `'accuracy'` becomes its binary, categorical or sparse form by the shapes of
 * labels and outputs (batches of any one size), as in Keras.
 */
export function getMetric(identifier: MetricLike, labels: Shape, output: Shape): Metric {
  checkMetricIdentifier(identifier)
  if (identifier instanceof Metric) return identifier
  if (typeof identifier === 'function') {
    return new MeanOfFunction(identifier, toSnakeCase(identifier.name) || 'metric')
  }
  if (isAccuracy(identifier)) return accuracyForms[labelForm(labels, output)](identifier)
  return factories[toKey(identifier) as keyof typeof factories](identifier)
}

/** A metric as Keras writes it into configs. */
export const serializeMetric = (metric: Metric): SerializedObject => serializeObject('keras.metrics', metric)
