import type { Config, ConfigValue } from '../utils/config.js'
import { isBefore } from './kerasVersion.js'

/**
 * A model's config of any version of Keras in the words of the newest. What was said in another way is translated; settings that are
 * no more, since they never changed what is computed, are left out.
 */
export function currentConfig(config: Config, version: ConfigValue | undefined): Config {
  if (isBefore(version, 3)) return translate(config, keras2, keras2Leftovers)
  return isBefore(version, 3, 11) ? translate(config, singles, new Set()) : config
}

/** What objects of a class say otherwise: their settings to those that replace them. */
type Translations = Readonly<Record<string, (config: Config) => Config>>

/** A class and its settings; in a functional model's list of layers, the calls too. */
interface ObjectConfig extends Config {
  readonly class_name: string
  readonly config: Config
}

function translate(value: Config, translations: Translations, leftovers: ReadonlySet<string>): Config {
  const inner = (item: ConfigValue): ConfigValue => {
    if (Array.isArray(item)) return item.map(inner)
    return isConfig(item) ? translate(item, translations, leftovers) : item
  }
  const translated = mapValues(value, inner)
  if (!isObject(translated)) return translated
  const { class_name, config } = translated
  const kept = Object.fromEntries(Object.entries(config).filter(([key]) => !leftovers.has(key)))
  const changes = Object.hasOwn(translations, class_name) ? translations[class_name](config) : {}
  return { ...translated, config: { ...kept, ...changes } }
}

const mapValues = (object: Config, f: (value: ConfigValue) => ConfigValue): Config =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, f(value)]))

const isObject = (config: ConfigValue): config is ObjectConfig =>
  isConfig(config) && typeof config.class_name === 'string' && isConfig(config.config)

const isConfig = (value: ConfigValue | undefined): value is Config =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Until 3.10 Keras wrote one input or output as it wrote a list of one. */
const withSingles = ({ input_layers = null, output_layers = null }: Config): Config => ({
  input_layers: single(input_layers),
  output_layers: single(output_layers),
})

const single = (places: ConfigValue): ConfigValue =>
  Array.isArray(places) && places.length === 1 && Array.isArray(places[0]) ? places[0] : places

const singles: Translations = { Functional: withSingles, Model: withSingles }

/** Settings of Keras 2 without a meaning for what is computed. */
const keras2Leftovers: ReadonlySet<string> = new Set([
  ...['batch_input_shape', 'time_major', 'implementation', 'query_shape', 'key_shape', 'value_shape'],
])

const keras2: Translations = {
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
  const shape =
    isObject(first) && first.class_name !== 'InputLayer' ? first.config.batch_input_shape : undefined
  if (!shape || !isObject(first)) return layers
  const { dtype = 'float32', name } = first.config
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
function withCalls(config: Config): Config {
  const { layers } = config
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
    return isAddress(value)
      ? place(value)
      : value.map((item: ConfigValue) => (isAddress(item) ? place(item) : item))
  }
  const { input_layers, output_layers } = withSingles(config)
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
    return { args: [inputs.length === 1 ? inputs[0] : inputs], kwargs }
  })
}
