import { getLoss, type LossLike, serializeLoss } from '../losses/get.js'
import { getMetric, serializeMetric } from '../metrics/get.js'
import type { MetricLike } from '../metrics/names.js'
import { type Config, type ConfigValue, isSerialized, type SerializedObject } from '../utils/config.js'
import { findCustom, nameIn } from '../utils/customObjects.js'

/** Names that `compile` itself gives a meaning, by the shapes of labels. */
const chosenByShapes: readonly string[] = ['accuracy', 'acc', 'crossentropy', 'ce']

/**
 * What a model was compiled for, as `.h5` files have it: objects with a class and a config alone, functions by their names. Keras's own
 * reader of such files does not know all names (`mse`, `huber`), so losses and metrics are written as objects.
 */
export function trainingConfig({ optimizer, loss, metrics, weighted_metrics, ...rest }: Config): Config {
  const lossObject = (name: string) => legacyForm(serializeLoss(getLoss(name as LossLike, [], [])))
  const metric = (name: string) => legacyForm(serializeMetric(getMetric(name as MetricLike, [], [])))
  return {
    ...rest,
    loss: mapThings(loss, lossObject),
    metrics: mapThings(metrics, metric),
    weighted_metrics: mapThings(weighted_metrics, metric),
    optimizer_config: legacyForm(optimizer as SerializedObject),
  }
}

const legacyForm = ({ class_name, config, registered_name }: SerializedObject): Config => ({
  class_name: registered_name ?? class_name,
  config,
})

/** What stands for losses or metrics, alone or in lists and objects, in the form of `.h5` files. */
function mapThings(value: ConfigValue, named: (name: string) => ConfigValue): ConfigValue {
  if (value === null) return null
  if (typeof value === 'string') {
    return chosenByShapes.includes(value) || findCustom(value) !== undefined ? value : named(value)
  }
  if (isSerialized(value)) {
    return value.class_name === 'function' ? nameIn(value) : legacyForm(value as SerializedObject)
  }
  if (Array.isArray(value)) return value.map((item: ConfigValue) => mapThings(item, named))
  return mapValues(value as Config, (item) => mapThings(item, named))
}

const mapValues = (object: Config, f: (value: ConfigValue) => ConfigValue): Config =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, f(value)]))
