import { ArgumentError } from '../errors.js'
import type { CallOptions } from '../layers/callContext.js'
import type { AnyLayer, Layer } from '../layers/layer.js'
import { serializeLayer } from '../layers/serializeLayer.js'
import { isSymbolic, type LayerCall, type SymbolicTensor } from '../layers/symbolic.js'
import type { Tensors } from '../layers/tensors.js'
import { type Config, type ConfigValue, optionsOf } from '../utils/config.js'
import { mapStructure, type Structure } from '../utils/structure.js'
import { deserializeModel } from './deserialize.js'
import { Functional, type FunctionalOptions } from './functional.js'
import type { LayerGraph } from './layerGraph.js'

/** A layer's entry in the config of a functional model. */
interface LayerEntry {
  readonly class_name: string
  readonly name: string
  readonly config: Config
  readonly inbound_nodes: readonly ConfigValue[]
}

/** A place in the graph: a layer's name, which of its calls, which of the call's outputs. */
type Address = readonly [layer: string, call: number, output: number]

type FunctionalSpec = FunctionalOptions<Structure<SymbolicTensor>, Structure<SymbolicTensor>>

/** A functional model in Keras 3's config format. */
export function functionalConfig(model: Functional<never, Tensors>): Config {
  const { graph } = model
  const layers = graph.layers.map((layer) => ({
    ...serializeLayer(layer),
    name: layer.name,
    inbound_nodes: graph
      .callsOf(layer)
      .flatMap((call) => (call.inputs === undefined ? [] : [nodeConfig(graph, call)])),
  }))
  const address = (tensor: SymbolicTensor): ConfigValue => {
    const [name, call, output] = addressOf(graph, tensor)
    // In these two lists Keras counts the calls of a nested functional model from 1.
    const layer = graph.producer(tensor).layer
    return [name, layer instanceof Functional ? call + 1 : call, output]
  }
  return {
    name: model.name,
    trainable: model.trainable,
    layers,
    input_layers: mapStructure(model.input, isSymbolic, address),
    output_layers: mapStructure(model.output, isSymbolic, address),
  }
}

function addressOf(graph: LayerGraph, tensor: SymbolicTensor): Address {
  const producer = graph.producer(tensor)
  const output = producer === tensor.call ? tensor.index : 0
  return [producer.layer.name, graph.callsOf(producer.layer).indexOf(producer), output]
}

function nodeConfig(graph: LayerGraph, call: LayerCall): Config {
  const argument = mapStructure(
    call.inputs ?? [],
    isSymbolic,
    (tensor): ConfigValue => ({
      class_name: '__keras_tensor__',
      config: { shape: tensor.shape, dtype: tensor.dtype, keras_history: addressOf(graph, tensor) },
    }),
  )
  const { training } = call.options
  return { args: [argument], kwargs: training === undefined ? {} : { training } }
}

/**
 * The inputs and outputs of a graph of new layers, as a config describes it: Keras 3's, or the older one of `.h5` files.
 * @param make makes a layer from its entry; default: by the names of classes
 */
export function functionalFromConfig(
  config: Config,
  make: (entry: LayerEntry) => AnyLayer = (entry) => deserializeModel(entry),
): FunctionalSpec {
  const { name, trainable, layers, input_layers, output_layers } = config as unknown as {
    readonly name: string
    readonly trainable?: boolean
    readonly layers: readonly LayerEntry[]
    readonly input_layers: ConfigValue
    readonly output_layers: ConfigValue
  }
  const title = `Model '${name}'`
  const made = new Map<string, MadeLayer>()
  for (const entry of layers) made.set(entry.name, new MadeLayer(make(entry), entry))
  connect(title, made)
  const find = (address: Address): SymbolicTensor => {
    const [layer, call, output] = address
    const source = made.get(layer)
    const tensor = source?.output(source.layer instanceof Functional ? call - 1 : call, output)
    if (tensor) return tensor
    throw new ArgumentError(
      `${title}: its config names output ${output} of call ${call} of layer '${layer}', which does not exist.`,
    )
  }
  return {
    name,
    trainable,
    inputs: addresses(input_layers, find),
    outputs: addresses(output_layers, find),
  }
}

/** A layer that was made from its entry, and the calls that are still to be made. */
class MadeLayer {
  private readonly waiting: ConfigValue[]

  constructor(
    readonly layer: AnyLayer,
    entry: LayerEntry,
  ) {
    this.waiting = [...entry.inbound_nodes]
  }

  get isDone(): boolean {
    return this.waiting.length === 0
  }

  output(call: number, index: number): SymbolicTensor | undefined {
    return this.layer.calls[call]?.flatOutputs[index]
  }

  /** Makes the calls whose inputs exist, in order; says whether there was any. */
  advance(find: (address: Address) => SymbolicTensor | undefined): boolean {
    let advanced = false
    while (this.waiting.length > 0) {
      const { inputs, options } = readNode(this.waiting[0], find)
      if (inputs === undefined) break
      ;(this.layer as unknown as Layer<Tensors, Tensors>).invoke(inputs, options)
      this.waiting.shift()
      advanced = true
    }
    return advanced
  }
}

/** Calls the layers on each other, again and again those whose inputs exist by now. */
function connect(title: string, made: ReadonlyMap<string, MadeLayer>): void {
  const find = ([name, call, output]: Address): SymbolicTensor | undefined => {
    const source = made.get(name)
    if (source) return source.output(call, output)
    throw new ArgumentError(`${title}: its config connects to a layer '${name}', which is not in it.`)
  }
  for (;;) {
    const open = [...made.values()].filter((layer) => !layer.isDone)
    if (open.length === 0) return
    const advanced = open.map((layer) => layer.advance(find))
    if (advanced.includes(true)) continue
    throw new ArgumentError(
      `${title}: its config has a cycle, or calls that depend on ones that do not exist. These layers wait for each other: ` +
        `${open.map(({ layer }) => layer.name).join(', ')}.`,
    )
  }
}

interface Node {
  /** `undefined` as long as one of them does not exist. */
  readonly inputs: Structure<SymbolicTensor> | undefined
  readonly options: CallOptions
}

/** A call's inputs and options, in Keras 3's form `{ args, kwargs }` or the older one, a list of `[layer, call, output, kwargs]`. */
function readNode(node: ConfigValue, find: (address: Address) => SymbolicTensor | undefined): Node {
  let isComplete = true
  const lookUp = (address: Address) => {
    const tensor = find(address)
    if (!tensor) isComplete = false
    return tensor as SymbolicTensor
  }
  const read = (value: ConfigValue): Structure<SymbolicTensor> => {
    if (Array.isArray(value)) return value.map((item) => read(item) as SymbolicTensor)
    const object = value as {
      readonly class_name?: string
      readonly config: { readonly keras_history: Address }
    }
    if (object.class_name === '__keras_tensor__') return lookUp(object.config.keras_history)
    return Object.fromEntries(
      Object.entries(value as Config).map(([key, item]) => [key, read(item) as SymbolicTensor]),
    )
  }
  if (Array.isArray(node)) {
    const inputs = (node as readonly (readonly [...Address, Config?])[]).map(([layer, call, output]) =>
      lookUp([layer, call, output]),
    )
    const [[, , , kwargs]] = node as readonly (readonly [...Address, Config?])[]
    return { inputs: isComplete ? single(inputs) : undefined, options: optionsFrom(kwargs) }
  }
  const { args, kwargs } = node as unknown as {
    readonly args: readonly ConfigValue[]
    readonly kwargs: Config
  }
  const inputs = args.length === 1 ? read(args[0]) : read(args)
  return { inputs: isComplete ? inputs : undefined, options: optionsFrom(kwargs) }
}

const single = (inputs: readonly SymbolicTensor[]): Structure<SymbolicTensor> =>
  inputs.length === 1 ? inputs[0] : inputs

const optionsFrom = (kwargs: Config = {}): CallOptions => optionsOf({ training: kwargs.training ?? null })

/** The tensors at addresses that are one, a list or an object. */
function addresses(
  value: ConfigValue,
  find: (address: Address) => SymbolicTensor,
): Structure<SymbolicTensor> {
  if (Array.isArray(value)) {
    if (typeof value[0] === 'string') return find(value as unknown as Address)
    return value.map((item) => find(item as unknown as Address))
  }
  return Object.fromEntries(
    Object.entries(value as Config).map(([key, item]) => [key, find(item as unknown as Address)]),
  )
}
