import { ArgumentError } from '../errors.js'
import type { AnyLayer, Layer } from '../layers/layer.js'
import type { SymbolicTensor } from '../layers/symbolic.js'
import type { Tensors } from '../layers/tensors.js'
import type { Config, ConfigValue } from '../utils/config.js'
import type { Structure } from '../utils/structure.js'
import { Functional, type FunctionalOptions } from './functional.js'
import { type Address, readNode } from './nodeConfig.js'

/** A layer's entry in the config of a functional model. */
interface LayerEntry {
  readonly class_name: string
  readonly name: string
  readonly config: Config
  readonly inbound_nodes: readonly ConfigValue[]
}

type FunctionalSpec = FunctionalOptions<Structure<SymbolicTensor>, Structure<SymbolicTensor>>

/**
 * The inputs and outputs of a graph of new layers, as a config describes it: Keras 3's, or the older one of `.h5` files.
 * @param make makes a layer from its entry
 * @throws ArgumentError if the config describes a cycle, or a layer that does not exist
 */
export function functionalFromConfig(config: Config, make: (entry: LayerEntry) => AnyLayer): FunctionalSpec {
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
      const { inputs, options } = readNode(this.layer, this.waiting[0], find)
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
