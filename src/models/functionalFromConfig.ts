import { ArgumentError } from '../errors.js'
import { InputLayer } from '../layers/input.js'
import type { AnyLayer, Layer } from '../layers/layer.js'
import { isSymbolic, type LayerCall, type SymbolicTensor } from '../layers/symbolic.js'
import type { Tensors } from '../layers/tensors.js'
import type { Config, ConfigValue } from '../utils/config.js'
import { flatten, type Structure } from '../utils/structure.js'
import { Functional, type FunctionalOptions } from './functional.js'
import { type Address, isAddress, readNode } from './nodeConfig.js'
import { OperatorNodes } from './operatorNodes.js'

/** A layer's entry in the config of a functional model. */
export interface LayerEntry {
  readonly module?: string
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
  const operators = new OperatorNodes(layers)
  const made = new Map<string, MadeLayer>()
  for (const entry of operators.layers) made.set(entry.name, new MadeLayer(make(entry), entry))
  countCalls(made, [input_layers, output_layers])
  connect(title, made, operators)
  const find = (address: Address): SymbolicTensor => {
    const [layer, call, output] = address
    const source = made.get(layer)
    const tensor = source?.output(source.layer instanceof Functional ? call - 1 : call, output)
    if (tensor) return tensor
    if (!source) operators.refuse(layer, title)
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
  /** The calls that are in this model; a layer that is shared may have others. */
  private readonly calls: LayerCall[]
  /** The number by which the first of them goes. */
  private firstCall = 0

  constructor(
    readonly layer: AnyLayer,
    readonly entry: LayerEntry,
  ) {
    this.waiting = [...entry.inbound_nodes]
    this.calls = layer instanceof InputLayer ? [...layer.calls] : []
  }

  get isDone(): boolean {
    return this.waiting.length === 0
  }

  /** Learns by which numbers the model goes for its calls. */
  countFrom(numbers: readonly number[]): void {
    if (Math.max(...numbers) >= Math.max(1, this.waiting.length)) this.firstCall = Math.min(...numbers)
  }

  output(call: number, index: number): SymbolicTensor | undefined {
    return this.calls[call - this.firstCall]?.flatOutputs[index]
  }

  /** Makes the calls whose inputs exist, in order; says whether there was any. */
  advance(find: (address: Address) => SymbolicTensor | undefined, operators: OperatorNodes): boolean {
    let advanced = false
    while (this.waiting.length > 0) {
      const { node, mask } = operators.split(this.waiting[0])
      const { inputs, options } = readNode(this.layer, node, find)
      if (inputs === undefined) break
      if (mask) operators.checkMask(this.layer, flatten(inputs, isSymbolic), mask, find)
      ;(this.layer as unknown as Layer<Tensors, Tensors>).invoke(inputs, options)
      this.calls.push(...this.layer.calls.slice(-1))
      this.waiting.shift()
      advanced = true
    }
    return advanced
  }
}

/**
 * Finds out by which numbers calls go. Those of a layer that other models share are counted in all of them by what reads files in Keras, but
 * by what writes them in this one alone. Each call in a model is used by something in it, so the lowest number is that of the first.
 */
function countCalls(made: ReadonlyMap<string, MadeLayer>, ends: readonly ConfigValue[]): void {
  const used = new Map<string, number[]>()
  const visit = (value: ConfigValue, isEnd: boolean): void => {
    if (isAddress(value)) {
      const [name, call] = value
      const fromOne = isEnd && made.get(name)?.layer instanceof Functional
      used.set(name, [...(used.get(name) ?? []), fromOne ? call - 1 : call])
    } else if (typeof value === 'object' && value !== null) {
      for (const item of Object.values(value)) visit(item, isEnd)
    }
  }
  for (const { entry } of made.values()) visit(entry.inbound_nodes, false)
  for (const end of ends) visit(end, true)
  for (const [name, numbers] of used) made.get(name)?.countFrom(numbers)
}

/** Calls the layers on each other, again and again those whose inputs exist by now. */
function connect(title: string, made: ReadonlyMap<string, MadeLayer>, operators: OperatorNodes): void {
  const find = ([name, call, output]: Address): SymbolicTensor | undefined => {
    const source = made.get(name)
    if (source) return source.output(call, output)
    operators.refuse(name, title)
    throw new ArgumentError(`${title}: its config connects to a layer '${name}', which is not in it.`)
  }
  for (;;) {
    const open = [...made.values()].filter((layer) => !layer.isDone)
    if (open.length === 0) return
    const advanced = open.map((layer) => layer.advance(find, operators))
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
