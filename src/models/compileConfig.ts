import { getLoss, isLossName, type LossLike, serializeLoss } from '../losses/get.js'
import { FunctionLoss, Loss } from '../losses/loss.js'
import { getMetric, isMetricFunction, serializeMetric } from '../metrics/get.js'
import { MeanMetricWrapper } from '../metrics/mean.js'
import { Metric } from '../metrics/metric.js'
import { isMetricName, type MetricLike } from '../metrics/names.js'
import { getOptimizer, serializeOptimizer } from '../optimizers/get.js'
import { type Config, type ConfigValue, isSerialized, type SerializedObject } from '../utils/config.js'
import { findCustom, nameIn, serializeFunction } from '../utils/customObjects.js'
import type { CompiledModel, CompileOptions } from './compiledModel.js'

/** What a model was compiled for, as Keras writes it into files. */
export function compileConfig({ optimizer, options }: CompiledModel): Config {
  return {
    optimizer: serializeOptimizer(optimizer),
    loss: serializeEach(options.loss, serializeLossLike),
    loss_weights: (options.lossWeights ?? null) as ConfigValue,
    metrics: serializeEach(options.metrics, serializeMetricLike),
    weighted_metrics: serializeEach(options.weightedMetrics, serializeMetricLike),
    run_eagerly: false,
    steps_per_execution: 1,
  }
}

type Serialized = string | SerializedObject<Config | string>

function serializeLossLike(given: LossLike): Serialized {
  if (typeof given === 'string') return given
  const loss = typeof given === 'function' ? getLoss(given, [], []) : given
  if (loss instanceof FunctionLoss) return serializeFunction(loss.fn, isLossName)
  // A function of Gradus's own is written by its name, which is that of its class.
  return typeof given === 'function' ? loss.name : serializeLoss(loss)
}

function serializeMetricLike(given: MetricLike): Serialized {
  if (typeof given === 'string') return given
  const fn = given instanceof MeanMetricWrapper ? given.fn : given
  if (typeof fn !== 'function') return serializeMetric(fn)
  return serializeFunction(fn, isMetricFunction(fn) ? undefined : isMetricName)
}

/** An option that may be one thing, or lists or objects of them, with each thing serialized. */
function serializeEach<T>(option: unknown, serialize: (given: T) => Serialized): ConfigValue {
  if (option === undefined || option === null) return null
  const isOne = typeof option !== 'object' || option instanceof Loss || option instanceof Metric
  if (isOne) return serialize(option as T)
  if (Array.isArray(option)) return option.map((item) => serializeEach(item, serialize))
  return Object.fromEntries(
    Object.entries(option).map(([name, item]) => [name, serializeEach(item, serialize)]),
  )
}

/**
 * What to call `compile` with, from what a file says.
 * @throws ArgumentError for losses, metrics and optimizers that nothing goes by
 */
export function compileOptionsFrom(config: Config): CompileOptions {
  const { optimizer, loss, loss_weights, metrics, weighted_metrics } = config
  return {
    optimizer: optimizer ? getOptimizer(optimizer as unknown as SerializedObject) : undefined,
    loss: deserializeEach(loss, (given) => getLoss(given, [], [])) as CompileOptions['loss'],
    lossWeights: (loss_weights ?? undefined) as CompileOptions['lossWeights'],
    metrics: deserializeEach(metrics, (given) => getMetric(given, [], [])) as CompileOptions['metrics'],
    weightedMetrics: deserializeEach(weighted_metrics, (given) =>
      getMetric(given, [], []),
    ) as CompileOptions['weightedMetrics'],
  }
}

/** The inverse of `serializeEach`: names stay names, since `compile` knows what they stand for. */
function deserializeEach(value: ConfigValue | undefined, make: (given: SerializedObject) => object): unknown {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return findCustom(value) ?? value
  if (isSerialized(value)) {
    const own = findCustom(value)
    return own ?? (value.class_name === 'function' ? nameIn(value) : make(value as SerializedObject))
  }
  const each = (item: ConfigValue) => deserializeEach(item, make) ?? null
  if (Array.isArray(value)) return value.map(each)
  return Object.fromEntries(Object.entries(value as Config).map(([name, item]) => [name, each(item)]))
}
