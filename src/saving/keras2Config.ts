import type { Config, ConfigValue } from '../utils/config.js'
import {
  HOLDS_TRAINING,
  isConfig,
  isObject,
  mapValues,
  type ObjectConfig,
  withSingles,
} from './configObjects.js'

/** The `hard_sigmoid` of Keras 2, `clip(0.2 x + 0.5, 0, 1)`, under a name of its own: Keras 3's is another function. */
export const KERAS_2_HARD_SIGMOID = 'hard_sigmoid_of_keras_2'

/**
 * An object of Keras 1 or 2 in the words of Keras 3. What was said in another way is translated; settings that are no more, since they
 * never changed what is computed, are left out.
 */
export function fromKeras2(object: ObjectConfig): ObjectConfig {
  const kept = Object.entries(object.config).filter(
    // 'auto' stood for the default of losses, which is that of now.
    ([key, value]) => !leftovers.has(key) && !(key === 'reduction' && value === 'auto'),
  )
  const { class_name } = object
  const translate = Object.hasOwn(translations, class_name) ? translations[class_name] : undefined
  const config = { ...Object.fromEntries(kept), ...translate?.(object.config) }
  const current = { ...object, class_name: currentName(object), config: mapValues(config, currentActivation) }
  return isLegacyOptimizer(object) ? withoutDecay({ ...current, module: LEGACY_OPTIMIZERS }) : current
}

/** Where Keras 2.11 put the optimizers that there were before; files of older versions say no module. */
const LEGACY_OPTIMIZERS = 'keras.optimizers.legacy'

const legacyOptimizers: ReadonlySet<string> = new Set([
  ...['Adadelta', 'Adagrad', 'Adam', 'Adamax', 'Ftrl', 'Nadam', 'RMSprop', 'SGD'],
])

const isLegacyOptimizer = ({ class_name, config }: ObjectConfig): boolean =>
  legacyOptimizers.has(class_name) && 'decay' in config

/** Their `decay`, which all had, as the schedule that it stood for. Nadam's was another thing. */
function withoutDecay(optimizer: ObjectConfig): ObjectConfig {
  const { decay, lr = null, learning_rate: rate = lr, ...rest } = optimizer.config
  if (optimizer.class_name === 'Nadam' || typeof decay !== 'number') return optimizer
  if (decay === 0) return { ...optimizer, config: { ...rest, learning_rate: rate } }
  // What ruled beside a schedule is left for the optimizer to refuse.
  if (typeof rate !== 'number') return optimizer
  const schedule = {
    module: 'keras.optimizers.schedules',
    class_name: 'InverseTimeDecay',
    config: { initial_learning_rate: rate, decay_steps: 1, decay_rate: decay },
    registered_name: null,
  }
  return { ...optimizer, config: { ...rest, learning_rate: schedule } }
}

const leftovers: ReadonlySet<string> = new Set([
  ...['batch_input_shape', 'time_major', 'implementation', 'query_shape', 'key_shape', 'value_shape'],
  ...['fn', 'is_legacy_optimizer', 'jit_compile'],
])

/** In the last versions optimizers were registered classes; functions of metrics stood in a wrapper. */
function currentName({ class_name, config }: ObjectConfig): string {
  if (class_name === 'MeanMetricWrapper' && typeof config.fn === 'string') return config.fn
  return class_name.startsWith('Custom>') && 'is_legacy_optimizer' in config
    ? class_name.slice(7)
    : class_name
}

function currentActivation(value: ConfigValue, key: string): ConfigValue {
  if (!/^(recurrent_)?activation$/.test(key) || value !== 'hard_sigmoid') return value
  return {
    module: 'builtins',
    class_name: 'function',
    config: KERAS_2_HARD_SIGMOID,
    registered_name: KERAS_2_HARD_SIGMOID,
  }
}

/** What classes said otherwise: their settings to those that replace them. */
const translations: Readonly<Record<string, (config: Config) => Config>> = {
  InputLayer: ({ batch_shape, batch_input_shape = null }) => ({
    batch_shape: batch_shape ?? batch_input_shape,
  }),
  // It had a list of axes, of which there was one.
  BatchNormalization: ({ axis = -1 }) => ({
    axis: Array.isArray(axis) && axis.length === 1 ? axis[0] : axis,
  }),
  Sequential: ({ layers = null }) => ({ layers: Array.isArray(layers) ? withInput(layers) : layers }),
  Functional: (config) => withCalls(config),
  Model: (config) => withCalls(config),
}

/** Before there were input layers, the first layer had the shape of what it is given. */
function withInput(layers: readonly ConfigValue[]): readonly ConfigValue[] {
  const [first] = layers
  if (!isObject(first) || first.class_name === 'InputLayer') return layers
  const { batch_input_shape: shape, dtype = 'float32', name } = first.config
  if (!shape) return layers
  const input = { batch_shape: shape, dtype, name: `${String(name)}_input` }
  return [{ class_name: 'InputLayer', config: input }, ...layers]
}

/** A place in a functional model, and what the layer was called with besides tensors. */
type Address = readonly [layer: string, call: number, output: number, ...options: ConfigValue[]]

const isAddress = (value: ConfigValue): value is Address =>
  Array.isArray(value) &&
  typeof value[0] === 'string' &&
  Number.isInteger(value[1]) &&
  Number.isInteger(value[2])

/** A functional model whose calls were lists of addresses. */
function withCalls(given: Config): Config {
  const { layers } = given
  if (!Array.isArray(layers) || !layers.every(isObject)) return {}
  const namesOf = (classes: readonly string[]) =>
    new Set(layers.filter(({ class_name }) => classes.includes(class_name)).map(({ name }) => name))
  // The call by which a model inside was made counted as its first one.
  const models = namesOf(['Functional', 'Model', 'Sequential'])
  const tensor = ([layer, call, output]: Address): Config => ({
    class_name: '__keras_tensor__',
    config: { keras_history: [layer, models.has(layer) ? call - 1 : call, output] },
  })
  // Among outputs it still does, where it is no sequential one.
  const sequential = namesOf(['Sequential'])
  const place = ([layer, call, output]: Address): ConfigValue => [
    layer,
    sequential.has(layer) ? call - 1 : call,
    output,
  ]
  const places = (value: ConfigValue): ConfigValue => {
    if (!Array.isArray(value)) return value
    if (isAddress(value)) return place(value)
    return value.map((item: ConfigValue) => (isAddress(item) ? place(item) : item))
  }
  const { input_layers = null, output_layers = null } = withSingles(given)
  return {
    layers: layers.map((layer) => ({ ...layer, inbound_nodes: callsOf(layer, tensor) })),
    input_layers: places(input_layers),
    output_layers: places(output_layers),
  }
}

/** Calls as arguments and options. Options stood behind the first address, and named tensors by theirs. */
function callsOf(
  { inbound_nodes: nodes }: ObjectConfig,
  tensor: (address: Address) => Config,
): readonly ConfigValue[] {
  if (!Array.isArray(nodes)) return []
  return nodes.map((node: ConfigValue): ConfigValue => {
    const addresses: readonly ConfigValue[] = Array.isArray(node) ? node : []
    if (addresses.length === 0 || !addresses.every(isAddress)) return node
    const inputs = addresses.map(tensor)
    const options = addresses[0][3]
    const kwargs = isConfig(options)
      ? mapValues(options, (value) => (isAddress(value) ? tensor(value) : value))
      : {}
    const args = [inputs.length === 1 ? inputs[0] : inputs]
    return { args, kwargs, ...(kwargs.training === false && { [HOLDS_TRAINING]: true }) }
  })
}
