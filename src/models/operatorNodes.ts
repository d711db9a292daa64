import { ArgumentError } from '../errors.js'
import { Embedding } from '../layers/core/embedding.js'
import { Masking } from '../layers/core/masking.js'
import type { AnyLayer, Layer } from '../layers/layer.js'
import { withMask } from '../layers/masks.js'
import { Merge } from '../layers/merging/merge.js'
import type { LayerCall, SymbolicTensor } from '../layers/symbolic.js'
import type { Tensors } from '../layers/tensors.js'
import { tensor } from '../ops/tensor.js'
import type { Config, ConfigValue } from '../utils/config.js'
import type { LayerEntry } from './functionalFromConfig.js'
import type { Address } from './nodeConfig.js'

/** A call in Keras 3's form. */
interface Call {
  readonly args: readonly ConfigValue[]
  readonly kwargs: Config
}

/** A tensor in it. */
interface TensorEntry {
  readonly class_name: '__keras_tensor__'
  readonly config: {
    readonly shape: readonly (number | null)[]
    readonly dtype: string
    readonly keras_history: Address
  }
}

/** What stands for an operator of Keras: a layer for two tensors of one shape, or `x * scale + offset` for one and a number. */
interface Replacement {
  readonly ofTwo?: string
  readonly withNumber?: (number: number, isFirst: boolean) => readonly [scale: number, offset: number] | null
}

const divide: Replacement = { withNumber: (number, isFirst) => (isFirst ? null : [1 / number, 0]) }

const replacements: Readonly<Record<string, Replacement>> = {
  Add: { ofTwo: 'Add', withNumber: (number) => [1, number] },
  Subtract: {
    ofTwo: 'Subtract',
    withNumber: (number, isFirst) => (isFirst ? [-1, number] : [1, -number]),
  },
  Multiply: { ofTwo: 'Multiply', withNumber: (number) => [number, 0] },
  Divide: divide,
  TrueDivide: divide,
  Maximum: { ofTwo: 'Maximum' },
  Minimum: { ofTwo: 'Minimum' },
}

/** Steps count where these values are not the padding; with `ofSteps`, where one of a step's values is not. */
interface Mask {
  readonly values: SymbolicTensor
  readonly padding: ConfigValue
  readonly ofSteps: boolean
}

/**
 * Keras's own operators among the layers of a functional model, where code in Python computed with symbolic tensors: `x / 255`. Keras
 * writes the masks of embeddings so too, although nobody wrote them: they are handed on here as layers do it.
 */
export class OperatorNodes {
  /** The layers, some in place of operators. */
  readonly layers: readonly LayerEntry[]
  private readonly operators = new Map<string, LayerEntry>()

  constructor(entries: readonly LayerEntry[]) {
    for (const entry of entries) if (isOperator(entry)) this.operators.set(entry.name, entry)
    this.layers = entries.flatMap((entry) => (isOperator(entry) ? asLayer(entry) : [entry]))
  }

  /** @throws ArgumentError if it is the name of an operator that no layer stands for */
  refuse(name: string, title: string): void {
    const operator = this.operators.get(name)
    if (!operator) return
    throw new ArgumentError(
      `${title}: its config holds '${name}', an operator of Keras (${operator.class_name}): what code in Python computed with the ` +
        "model's tensors outside of layers, as x[:, 0] or keras.ops.exp(x). Gradus reads +, - and * of tensors of one shape, and +, -, * " +
        'and / with a number. In Keras, put other computations into a layer, Rescaling, Cropping1D or Activation for example, or into a ' +
        'layer class of your own, and save the model again.',
    )
  }

  /** A call without the mask that operators give it, and that mask's address. */
  split(node: ConfigValue): { readonly node: ConfigValue; readonly mask: Address | undefined } {
    const { args, kwargs } = node as unknown as Call
    const mask = addressIn(kwargs?.mask)
    if (!mask || !this.operators.has(mask[0])) return { node, mask: undefined }
    const { mask: _, ...others } = kwargs
    return { node: { args, kwargs: others }, mask }
  }

  /** @throws ArgumentError unless the mask is the one that the layer's inputs have by themselves */
  checkMask(
    layer: AnyLayer,
    inputs: readonly SymbolicTensor[],
    address: Address,
    find: (address: Address) => SymbolicTensor | undefined,
  ): void {
    const given = this.givenMask(address, find)
    const own = inputs.map(ownMask).find(Boolean)
    const isOwn =
      given?.values === own?.values && given?.padding === own?.padding && given?.ofSteps === own?.ofSteps
    if (given && isOwn) return
    throw new ArgumentError(
      `${layer.title}: its config gives it a mask that operators of Keras compute ('${address[0]}'), and that is not the one which an ` +
        'Embedding or Masking layer gives its input. Gradus hands on the masks of these layers by itself, and reads no other from a ' +
        'file. In Keras, compute the mask inside a layer class of your own, and save the model again.',
    )
  }

  private givenMask(
    [name]: Address,
    find: (address: Address) => SymbolicTensor | undefined,
  ): Mask | undefined {
    const operator = this.operators.get(name)
    const [first, padding] = (operator?.inbound_nodes[0] as unknown as Call | undefined)?.args ?? []
    const address = addressIn(first)
    if (!operator || !address) return undefined
    if (operator.class_name === 'NotEqual') {
      const values = this.operators.has(address[0]) ? undefined : find(address)
      return values && { values, padding, ofSteps: false }
    }
    const inner = this.givenMask(address, find)
    if (operator.class_name === 'ConvertToTensor') return inner
    const { axis, keepdims } = operator.config
    const isAnyOfSteps = operator.class_name === 'Any' && axis === -1 && keepdims !== true
    return inner && !inner.ofSteps && isAnyOfSteps ? { ...inner, ofSteps: true } : undefined
  }
}

/** The layer that computes what an operator does, if there is one. */
function asLayer(entry: LayerEntry): LayerEntry[] {
  const { class_name, name, inbound_nodes } = entry
  if (inbound_nodes.length !== 1 || !Object.hasOwn(replacements, class_name)) return []
  const { args } = inbound_nodes[0] as unknown as Call
  const { ofTwo, withNumber } = replacements[class_name]
  const make = (layer: string, settings: Config, inputs: ConfigValue): LayerEntry[] => [
    {
      module: 'keras.layers',
      class_name: layer,
      name,
      config: { name, ...settings },
      inbound_nodes: [{ args: [inputs], kwargs: {} }],
    },
  ]
  const tensors = args.filter(isTensor) as unknown as readonly TensorEntry[]
  // Sums and products of whole numbers are whole in Keras, which those of layers are not.
  const isFloat = tensors.every(({ config }) => config.dtype.includes('float'))
  if (!isFloat && !class_name.endsWith('Divide')) return []
  const shapes = tensors.map(({ config }) => String(config.shape))
  if (ofTwo && tensors.length === 2 && shapes[0] === shapes[1]) return make(ofTwo, {}, args)
  const [number, ...others] = args.filter((value) => typeof value === 'number')
  if (tensors.length !== 1 || number === undefined || others.length > 0) return []
  const rescaled = withNumber?.(number, args[0] === number)
  if (!rescaled) return []
  const [scale, offset] = rescaled
  return make('Rescaling', { scale, offset }, tensors[0] as unknown as ConfigValue)
}

const isOperator = ({ module }: LayerEntry): boolean => module?.startsWith('keras.src.ops.') ?? false

const isTensor = (value: unknown): boolean =>
  (value as TensorEntry | null | undefined)?.class_name === '__keras_tensor__'

const addressIn = (value: ConfigValue | undefined): Address | undefined =>
  isTensor(value) ? (value as unknown as TensorEntry).config.keras_history : undefined

/** The mask that layers give a tensor, if it is that of one embedding or masking layer. */
function ownMask({ call, index }: SymbolicTensor): Mask | undefined {
  const { layer, flatInputs } = call
  if (index > 0 || flatInputs.length === 0) return undefined
  const [values] = flatInputs
  if (layer instanceof Embedding && layer.maskZero) return { values, padding: 0, ofSteps: false }
  if (layer instanceof Masking) return { values, padding: layer.maskValue, ofSteps: true }
  return handsOnMask(call) ? flatInputs.map(ownMask).find(Boolean) : undefined
}

/** Whether a layer gives its outputs the mask of its inputs as it is. */
function handsOnMask({ layer, inputs, flatInputs }: LayerCall): boolean {
  // These make a new one out of all.
  if (!layer.supportsMasking || layer instanceof Merge) return false
  const mask = tensor(1)
  const masked = flatInputs.map((input) => (ownMask(input) ? withMask(tensor(0), mask) : tensor(0)))
  const { computeMask } = layer as unknown as Layer<Tensors>
  return computeMask.call(layer, Array.isArray(inputs) ? masked : masked[0], mask) === mask
}
