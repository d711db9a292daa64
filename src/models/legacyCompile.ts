import { getLoss } from '../losses/get.js'
import { getMetric, type MetricLike, serializeMetric } from '../metrics/get.js'
import { type Config, type ConfigValue, isSerialized, type SerializedObject } from '../utils/config.js'
import { findCustom, nameIn } from '../utils/customObjects.js'

/** Names that `compile` itself gives a meaning, by the shapes of labels. */
const chosenByShapes: readonly string[] = ['accuracy', 'acc', 'crossentropy', 'ce']

/**
 * What a model was compiled for, as `.h5` files have it: objects with a class and a config alone, functions by their names. Keras's own
 * reader of such files does not know short names (`mse`), so losses are written by their long names, metrics as objects.
 */
export function trainingConfig({ optimizer, loss, metrics, weighted_metrics, ...rest }: Config): Config {
  const metric = (name: string) => legacyForm(serializeMetric(getMetric(name as MetricLike, [], [])))
  return {
    ...rest,
    loss: mapThings(loss, (name) => getLoss(name as 'mse', [], []).name),
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

/** The inverse, of files of Keras 3 and of Keras 2, which wraps functions of metrics and names an optimizer `Custom>Adam`. */
export function compileConfigFrom({ optimizer_config, ...training }: Config): Config {
  const optimizer = optimizer_config as Config | undefined
  return {
    ...mapValues(training, unwrap),
    ...(optimizer && {
      optimizer: {
        class_name: String(optimizer.class_name).replace(/^Custom>(?=\w+$)/, ''),
        config: without(optimizer.config as Config, ['jit_compile', 'is_legacy_optimizer']),
      },
    }),
  }
}

function unwrap(value: ConfigValue): ConfigValue {
  if (Array.isArray(value)) return value.map(unwrap)
  if (typeof value !== 'object' || value === null) return value
  if (!isSerialized(value)) return mapValues(value as Config, unwrap)
  const { class_name, config = {} } = value
  const { fn, reduction, ...settings } = config
  return {
    class_name: class_name === 'MeanMetricWrapper' && typeof fn === 'string' ? fn : class_name,
    // 'auto' was the default of Keras 2, which is that of now.
    config: reduction === undefined || reduction === 'auto' ? settings : { ...settings, reduction },
  }
}

const without = (config: Config, keys: readonly string[]): Config =>
  Object.fromEntries(Object.entries(config).filter(([key]) => !keys.includes(key)))
