import { ArgumentError } from '../errors.js'
import type { CallOptions } from '../layers/callContext.js'
import { fromArguments, toArguments } from '../layers/callForm.js'
import type { AnyLayer } from '../layers/layer.js'
import { isSymbolic, type LayerCall, type SymbolicTensor } from '../layers/symbolic.js'
import { HOLDS_TRAINING } from '../saving/configObjects.js'
import { type Config, type ConfigValue, optionsOf } from '../utils/config.js'
import { toSnakeCase } from '../utils/naming.js'
import { mapStructure, type Structure } from '../utils/structure.js'

/** A place in the graph: a layer's name, which of its calls, which of the call's outputs. */
export type Address = readonly [layer: string, call: number, output: number]

/** A call of a layer as Keras 3 writes it: the arguments of its layer, in which tensors stand by their addresses. */
export function nodeConfig(call: LayerCall, addressOf: (tensor: SymbolicTensor) => Address): Config {
  const write = (tensor: SymbolicTensor): ConfigValue => ({
    class_name: '__keras_tensor__',
    config: { shape: tensor.shape, dtype: typeInFile(tensor), keras_history: addressOf(tensor) },
  })
  const inputs = mapStructure(call.inputs ?? [], isSymbolic, write)
  const { callForm } = call.layer
  const { args, kwargs } =
    callForm && Array.isArray(inputs)
      ? toArguments<ConfigValue>(callForm, inputs)
      : { args: [inputs], kwargs: {} }
  const options = Object.entries(call.options).filter(([, value]) => value !== undefined)
  return {
    args,
    kwargs: { ...kwargs, ...Object.fromEntries(options.map(([key, value]) => [toSnakeCase(key), value])) },
    ...(call.options.training === false && { [HOLDS_TRAINING]: true }),
  }
}

/** A float32 tensor has the type that the layer which gives it has in Keras. */
const typeInFile = ({ dtype, call }: SymbolicTensor): string =>
  dtype === 'float32' || call.inputs === undefined ? call.layer.outputType : dtype

/** A call that a config describes. */
interface Node {
  /** `undefined` as long as one of them does not exist. */
  readonly inputs: Structure<SymbolicTensor> | undefined
  readonly options: CallOptions
}

/** What stands in a call's arguments: tensors, settings, and lists and objects of them. */
type Argument = SymbolicTensor | ConfigValue | readonly Argument[] | { readonly [key: string]: Argument }

/** The form of older files: a list of `[layer, call, output, kwargs]`. */
type OldNode = readonly (readonly [...Address, Config?])[]

/** Keras 3's form. */
interface NewNode {
  readonly args: readonly ConfigValue[]
  readonly kwargs: Config
  readonly [HOLDS_TRAINING]?: boolean
}

/**
 * A call's inputs and options, in Keras 3's form `{ args, kwargs }` or the older one.
 * @throws ArgumentError if the layer does not take what it is called on
 */
export function readNode(
  layer: AnyLayer,
  node: ConfigValue,
  find: (address: Address) => SymbolicTensor | undefined,
): Node {
  let isComplete = true
  const lookUp = (address: Address) => {
    const tensor = find(address)
    if (!tensor) isComplete = false
    return tensor ?? null
  }
  const read = (value: ConfigValue): Argument => {
    if (isAddress(value)) return lookUp(value)
    if (Array.isArray(value)) return value.map(read)
    if (typeof value !== 'object' || value === null) return value
    const { class_name, config } = value as Config
    if (class_name === '__keras_tensor__')
      return lookUp((config as Config).keras_history as unknown as Address)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, read(item)]))
  }
  const { args, kwargs } = Array.isArray(node)
    ? oldArguments(node as unknown as OldNode)
    : keras3Arguments(node as unknown as NewNode)
  const given = args.map(read)
  const named = Object.entries(kwargs).map(([key, value]) => [key, read(value)] as const)
  if (!isComplete) return { inputs: undefined, options: {} }
  const tensors = Object.fromEntries(named.filter(([, value]) => holdsTensors(value)))
  const options = Object.fromEntries(named.filter(([, value]) => !holdsTensors(value)))
  return { inputs: inputsOf(layer, given, tensors), options: optionsOf(options as Config) }
}

/** Whether it is a place in the graph. */
export const isAddress = (value: ConfigValue): value is Address =>
  Array.isArray(value) &&
  value.length === 3 &&
  typeof value[0] === 'string' &&
  value.slice(1).every((each) => typeof each === 'number')

const holdsTensors = (value: Argument): boolean =>
  isSymbolic(value) || (Array.isArray(value) && value.some(isSymbolic))

function oldArguments(node: OldNode): { readonly args: readonly ConfigValue[]; readonly kwargs: Config } {
  const addresses = node.map(([layer, call, output]): Address => [layer, call, output])
  return { args: [addresses.length === 1 ? addresses[0] : addresses], kwargs: node[0][3] ?? {} }
}

function keras3Arguments({ args, kwargs, [HOLDS_TRAINING]: holds }: NewNode): NewNode {
  const { training, ...others } = kwargs
  return { args, kwargs: training === false && !holds ? others : kwargs }
}

/** What the layer is called on: one structure, or several tensors where it takes a list of them. */
function inputsOf(
  layer: AnyLayer,
  args: readonly Argument[],
  kwargs: Readonly<Record<string, Argument>>,
): Structure<SymbolicTensor> {
  const tensors = args as readonly Structure<SymbolicTensor>[]
  const [strange] = Object.keys(kwargs).filter((name) => !layer.callForm?.names.includes(name))
  if (strange !== undefined) {
    throw new ArgumentError(
      `${layer.title}: its config gives it a tensor as '${strange}', which this layer does not take.`,
    )
  }
  if (!layer.callForm || (tensors.length === 1 && !isSymbolic(tensors[0]))) {
    return tensors.length === 1 ? tensors[0] : (tensors as readonly SymbolicTensor[])
  }
  const list = fromArguments<SymbolicTensor>(
    layer.callForm,
    { args: tensors as readonly SymbolicTensor[], kwargs: kwargs as Record<string, SymbolicTensor> },
    layer.title,
  )
  return list.length === 1 ? list[0] : list
}
